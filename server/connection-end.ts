import type { FastifyReply } from 'fastify';

/** Fires when nobody is there to read the answer any more. */
export function connectionEnd(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return gone.signal;
}
