import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StressRunRequest } from '../../schemas/stress-run.ts';
import { root } from './source-tree.ts';

/** A request of examples/. */
export function exampleRequest(name: 'ai-basket' | 'sp20-variance' | 'worst-case'): StressRunRequest {
  return JSON.parse(readFileSync(join(root, `examples/${name}.json`), 'utf8')) as StressRunRequest;
}
