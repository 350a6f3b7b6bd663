import { cpus, totalmem } from 'node:os';

/** The machine in one line, for the head of a table. */
export function describeMachine(): string {
  const [first, ...others] = cpus();
  const model = first?.model.trim() ?? 'unknown processor';
  return `${model}, ${others.length + 1} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, ${process.platform} ${process.arch}`;
}
