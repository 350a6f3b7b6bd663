/** A client of the service that minds its answers. */
import { createHash } from 'node:crypto';
import type { StressRun, StressRunRequest } from '../../schemas/stress-run.ts';

/** Posts under an Idempotency-Key, which is made of the label: however often it is asked for, there is one run. */
export async function post(
  base: string,
  request: StressRunRequest,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${base}/v1/stress-runs`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'idempotency-key': encodeURIComponent(request.label ?? ''),
      ...headers,
    },
    body: JSON.stringify(request),
  });
}

/** An answer that asking again does not change. */
export class Refused extends Error {}

/** @throws Error when the run was not accepted */
export async function accepted(base: string, request: StressRunRequest): Promise<StressRun> {
  const answer = await post(base, request);
  if (answer.status === 503) throw new Error(`POST answered 503: ${await answer.text()}`);
  if (answer.status !== 202) throw new Refused(`POST answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as StressRun;
}

export async function look(base: string, id: string): Promise<StressRun> {
  const answer = await fetch(`${base}/v1/stress-runs/${id}`);
  if (answer.status !== 200) throw new Error(`GET answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as StressRun;
}

export async function listed(base: string): Promise<readonly StressRun[]> {
  const items: StressRun[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const answer = await fetch(`${base}/v1/stress-runs?limit=200${cursor === '' ? '' : `&cursor=${cursor}`}`);
    const page = (await answer.json()) as { items: StressRun[]; nextCursor: string | null };
    items.push(...page.items);
    cursor = page.nextCursor;
  }
  return items;
}

/** SHA-256, hex, of the P&L of every path as CSV. */
export async function pnlHash(base: string, id: string): Promise<string> {
  const answer = await fetch(`${base}/v1/stress-runs/${id}/pnl`, { headers: { accept: 'text/csv' } });
  if (answer.status !== 200) throw new Error(`the P&L answered ${answer.status}: ${await answer.text()}`);
  return createHash('sha256')
    .update(new Uint8Array(await answer.arrayBuffer()))
    .digest('hex');
}
