import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly platform: string;
  readonly arch: string;
  /** Vector extensions that decide which peers run; empty where the system does not list them. */
  readonly vectors: readonly string[];
}

export function machine(): Machine {
  const [first, ...others] = cpus();
  return {
    processor: first?.model.trim() ?? 'unknown processor',
    cores: others.length + 1,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: process.platform,
    arch: process.arch,
    vectors: ['fma', 'avx2', 'avx512f'].filter((flag) => processorFlags().has(flag)),
  };
}

/** The machine in one line, for the head of a table. */
export function describeMachine(): string {
  const { processor, cores, memoryGiB, platform, arch, vectors } = machine();
  const extensions = vectors.length === 0 ? '' : ` (${vectors.join(', ')})`;
  return `${processor}${extensions}, ${cores} cores, ${memoryGiB} GiB, Node ${process.versions.node}, ${platform} ${arch}`;
}

export function versions(): Record<string, string> {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return {
    rho90: version,
    kernelFused: kernelDigest('fused'),
    kernelStrict: kernelDigest('strict'),
    revision: revision(),
    node: process.versions.node,
    v8: process.versions.v8,
  };
}

/** What the processor says it can do, as Linux lists it. */
export function processorFlags(): ReadonlySet<string> {
  if (process.platform !== 'linux') return new Set();
  const line = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'));
  return new Set(line === null ? [] : line[1].trim().split(' '));
}

/** Commit of the work tree; a published package has none. */
function revision(): string {
  try {
    const options = { cwd: new URL('..', import.meta.url), encoding: 'utf8', stdio: 'pipe' } as const;
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], options).trim();
  } catch (error) {
    return `unknown (${(error as Error).name})`;
  }
}

/** Digest of a committed kernel, as a result's provenance tells it. */
function kernelDigest(mode: 'fused' | 'strict'): string {
  const binary = readFileSync(new URL(`../models/kernel/kernel-${mode}.wasm`, import.meta.url));
  return createHash('sha256').update(binary).digest('hex').slice(0, 16);
}
