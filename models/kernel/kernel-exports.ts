type Pointer = WebAssembly.Global<'i32'>;
type Size = WebAssembly.Global<'i32'>;

/** What assembly/kernel.ts exports. Sizes and settings are set before `allocate`, which sets the pointers. */
export interface KernelExports {
  readonly memory: WebAssembly.Memory;
  readonly allocate: () => void;
  readonly setKey: (low: number, high: number) => void;
  readonly reset: (firstPath: number) => void;
  readonly drawNormals: (tile: number, day: number) => void;
  /** All days of the paths firstPath … firstPath + columns − 1. */
  readonly simulate: (firstPath: number) => void;
  /** `count` tiles of 32 bytes at `from`, `stride` apart, to tiles at `to` */
  readonly exponentials: (from: number, stride: number, to: number, count: number) => void;
  readonly logarithms: (from: number, to: number, count: number) => void;

  readonly names: Size;
  readonly indices: Size;
  readonly memberCount: Size;
  readonly regimes: Size;
  readonly days: Size;
  readonly columns: Size;
  readonly drawBlocks: Size;
  readonly pairCount: Size;
  readonly betaCount: Size;
  readonly optionCount: Size;
  readonly tenorCount: Size;
  readonly varianceCount: Size;
  /** Capped ones. */
  readonly swapCount: Size;
  readonly daysLeftCount: Size;
  readonly unitCount: Size;
  /** 1 with a sampling plan, 0 without. */
  readonly sampled: Size;

  readonly impliedVolSpeed: WebAssembly.Global<'f64'>;
  readonly impliedCorrelationSpeed: WebAssembly.Global<'f64'>;
  readonly startNav: WebAssembly.Global<'f64'>;
  readonly breachNav: WebAssembly.Global<'f64'>;
  readonly dailyGrowth: WebAssembly.Global<'f64'>;
  readonly initialValue: WebAssembly.Global<'f64'>;

  readonly blocks: Pointer;
  readonly pairs: Pointer;
  readonly factors: Pointer;
  readonly factorBytes: Size;
  readonly drifts: Pointer;
  readonly forced: Pointer;
  readonly initialThresholds: Pointer;
  readonly transitionThresholds: Pointer;
  readonly memberCounts: Pointer;
  readonly constituentCounts: Pointer;
  readonly members: Pointer;
  readonly weights: Pointer;
  readonly logImpliedMultipliers: Pointer;
  readonly impliedCorrelationLevels: Pointer;
  readonly impliedCorrelationStarts: Pointer;
  readonly betas: Pointer;
  readonly volSums: Pointer;
  readonly squareSums: Pointer;
  readonly options: Pointer;
  readonly tenors: Pointer;
  readonly varianceSlots: Pointer;
  readonly varianceValues: Pointer;
  readonly variancePayments: Pointer;
  readonly variancePaymentDays: Pointer;
  readonly swaps: Pointer;
  readonly daysLeft: Pointer;
  readonly units: Pointer;
  readonly dividends: Pointer;
  readonly growth: Pointer;
  readonly tiltedThresholds: Pointer;
  readonly inflations: Pointer;
  readonly shifts: Pointer;
  readonly watched: Pointer;
  readonly directions: Pointer;
  readonly paths: Pointer;
  readonly regimeOf: Pointer;
  readonly state: Pointer;
  readonly tileBytes: Size;
  readonly regimeDaysAt: Size;
  readonly regimeFirstDayAt: Size;
  readonly sumsAt: Size;
  readonly navAt: Size;
  readonly pairwise: Pointer;
  readonly normals: Pointer;
}

/** An instance of a compiled kernel: one a thread, for any number of runs. */
export function instantiateKernel(module: WebAssembly.Module): KernelExports {
  return new WebAssembly.Instance(module).exports as unknown as KernelExports;
}
