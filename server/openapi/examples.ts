import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { StressRunRequest } from '../../schemas/stress-run.ts';

/** A complete body of `POST /v1/stress-runs`. */
export interface RunExample {
  /** File name without its ending. */
  readonly name: string;
  readonly summary: string;
  readonly value: StressRunRequest;
}

/** Beside the folder of the server in the sources and in the compiled package alike. */
const folder = new URL('../../examples/', import.meta.url);
/** Shown first, so that it is what *Execute* runs. */
const first = 'ai-basket';

/** The examples that come with the program, by name, the one to start from first. */
export function runExamples(): RunExample[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => basename(file, '.json'))
    .toSorted((a, b) => Number(b === first) - Number(a === first) || (a < b ? -1 : 1))
    .map((name) => {
      const value = JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as StressRunRequest;
      return { name, summary: value.label ?? name, value };
    });
}
