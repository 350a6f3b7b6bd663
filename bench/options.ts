/** What a run of the suite was asked for; every part takes what concerns it. */
export interface Options {
  readonly rounds: number;
  readonly tries: number;
  readonly threads: readonly number[];
  /** Sizes of the market; undefined leaves each part its own. */
  readonly names: readonly number[] | undefined;
  /** Work of one sample of the kernel. */
  readonly assetSteps: number;
  /** Paths of a run of the engine where precision is measured, and of the posted runs. */
  readonly paths: readonly number[] | undefined;
  /** Folder of the peers. */
  readonly peers: string | undefined;
  /** Tells a person what is going on; never on standard output. */
  readonly say: (message: string) => void;
}
