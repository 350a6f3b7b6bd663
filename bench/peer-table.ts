import type { Workload } from './workloads.ts';

/** A program to be measured against: a line server, `workload names paths threads seed [block]` → one JSON object. */
export interface Peer {
  readonly name: string;
  /** What it is, for a reader of a table. */
  readonly title: string;
  /** Run in the folder of the peers; `node` stands for the Node of this process. */
  readonly command: readonly string[];
  /** Files it needs; a missing one means that it was not built. */
  readonly needs: readonly string[];
  /** Flags of the processor it needs, as Linux names them. */
  readonly flags?: readonly string[];
  readonly workloads: readonly Workload[];
  /** Paths of a sample as a share of ours, so that samples last about as long. */
  readonly share: number;
  /** False where it simulates another model, so that its ES is not compared. */
  readonly sameModel: boolean;
  /** False where it runs on one thread whatever it is asked for. */
  readonly scales: boolean;
}

const both: readonly Workload[] = ['W1', 'W2'];
const wasm = ['node', 'common/server.mjs', 'common/wasm_plugin.mjs'];
const python = 'venv/bin/python';
const usual = { workloads: both, sameModel: true, scales: true } as const;

export const PEERS: readonly Peer[] = [
  {
    ...usual,
    name: 'as-fused',
    title: 'AssemblyScript prototype, f64x2 fused, unrolled, functions good to 1e-12',
    command: [...wasm, 'b_as/f64.wasm'],
    needs: ['b_as/f64.wasm'],
    share: 1,
  },
  {
    ...usual,
    name: 'as-strict',
    title: 'the same, strict',
    command: [...wasm, 'b_as/strict.wasm'],
    needs: ['b_as/strict.wasm'],
    share: 1,
  },
  {
    ...usual,
    name: 'c-wasm',
    title: 'C++ to WebAssembly SIMD, clang',
    command: [...wasm, 'c_cwasm/k_tv2_rb4.wasm'],
    needs: ['c_cwasm/k_tv2_rb4.wasm'],
    share: 1,
  },
  {
    ...usual,
    name: 'c-avx512',
    title: 'C++ with AVX-512',
    command: ['d_c/avx512', 'params'],
    needs: ['d_c/avx512'],
    flags: ['avx512f'],
    share: 2,
  },
  {
    ...usual,
    name: 'c-avx2',
    title: 'C++ with AVX2',
    command: ['d_c/avx2', 'params'],
    needs: ['d_c/avx2'],
    flags: ['avx2'],
    share: 1.5,
  },
  {
    ...usual,
    name: 'numpy',
    title: 'NumPy, vectorised over chunks of 1,024 paths',
    command: [python, 'e_numpy/server.py', '1024'],
    needs: [python, 'e_numpy/server.py'],
    share: 0.5,
  },
  {
    ...usual,
    name: 'numba-natural',
    title: 'Numba as a user writes it: np.random inside prange',
    command: [python, 'e_numba/server.py', 'natural'],
    needs: [python, 'e_numba/server.py'],
    share: 0.3,
  },
  {
    ...usual,
    name: 'numba-expert',
    title: 'Numba by hand: Philox, blocks, own polynomials',
    command: [python, 'e_numba/server.py', 'expert'],
    needs: [python, 'e_numba/server.py'],
    workloads: ['W1'],
    share: 0.7,
  },
  {
    ...usual,
    name: 'js-scalar',
    title: 'scalar TypeScript prototype',
    command: ['node', 'common/server.mjs', 'a_js/plugin.mts'],
    needs: ['a_js/plugin.mts'],
    share: 0.2,
  },
  {
    ...usual,
    name: 'quantlib-gbm',
    title: 'QuantLib multi-path generator, lean process; one constant regime, which is less work',
    command: ['e_quantlib/ql', 'gbm'],
    needs: ['e_quantlib/ql'],
    workloads: ['W1'],
    share: 0.2,
    sameModel: false,
    scales: false,
  },
  {
    ...usual,
    name: 'quantlib-bsm',
    title: 'the same with the Black–Scholes–Merton process',
    command: ['e_quantlib/ql', 'bsm'],
    needs: ['e_quantlib/ql'],
    workloads: ['W1'],
    share: 0.03,
    sameModel: false,
    scales: false,
  },
  {
    ...usual,
    name: 'mathjs',
    title: 'mathjs matrices, as first written',
    command: ['node', 'e_mathjs/server.mjs', 'mathjs'],
    needs: ['e_mathjs/server.mjs'],
    workloads: ['W1'],
    share: 0.006,
    scales: false,
  },
];

/** Commands that print what the peers are built on, for the report. */
export const PEER_VERSIONS: Readonly<Record<string, readonly string[]>> = {
  python: [python, '-c', 'import platform; print(platform.python_version())'],
  numpy: [python, '-c', 'import numpy; print(numpy.__version__)'],
  numba: [python, '-c', 'import numba; print(numba.__version__)'],
  'g++': ['g++', '-dumpfullversion'],
};
