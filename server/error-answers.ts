import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { PROBLEMS, type ProblemKind, ProblemError, problemBody, RequestRefused } from './errors.ts';
import { foundFailures } from './found-failures.ts';
import { DatabaseUnavailable } from './storage/database.ts';
import { StorageFull } from './storage/free-space.ts';

const problemType = 'application/problem+json; charset=utf-8';

/** What is read of a body that is refused for its size, and for how long, before the connection ends. */
const maxDiscardedBytes = 64 * 1024 * 1024;
const maxDiscardMs = 10_000;
/** A database that is started anew is back in about this time. */
const databaseSeconds = 5;
/** Somebody has to look after a disk that is full. */
const storageSeconds = 60;

/** What is the server's to mend. */
const SERVER_PROBLEMS: ReadonlySet<ProblemKind> = new Set(['internal-error', 'database-away', 'storage-full']);

/** Sends whatever was thrown as problem details; what the server did wrong goes to the log, not to the client. */
export async function answerError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  bodyBytes: number,
): Promise<void> {
  const problem = asProblem(error, bodyBytes);
  if (SERVER_PROBLEMS.has(problem.kind)) request.log.error(error);
  else request.log.info({ kind: problem.kind, failures: problem.failures.total }, problem.message);
  if (problem.kind === 'body-too-large') await discardBody(request.raw);
  send(problem, request, reply);
}

/**
 * Reads on after the answer is known: most clients send all of a body before they read anything, and would only see
 * the connection break. A body without end does break it.
 */
async function discardBody(body: IncomingMessage): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let discarded = 0;
  const timer = setTimeout(resolve, maxDiscardMs);
  const events = ['end', 'close', 'error'] as const;
  for (const event of events) body.on(event, resolve);
  body.on('data', (chunk: Buffer) => {
    discarded += chunk.length;
    if (discarded > maxDiscardedBytes) resolve();
  });
  body.resume();
  if (!body.readableEnded && !body.destroyed) await promise;
  clearTimeout(timer);
}

/** Answers every URL that no route has: 405 when the resource has other methods, else 404. */
export function answerNotFound(app: FastifyInstance): (request: FastifyRequest, reply: FastifyReply) => void {
  const routes: { readonly pattern: RegExp; readonly method: string }[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    const pattern = new RegExp(`^${url.replaceAll(/[.+()]/g, String.raw`\$&`).replaceAll(/:[^/]+/g, '[^/]+')}$`);
    if (!url.includes('*')) for (const one of [method].flat()) routes.push({ pattern, method: one });
  });
  return (request, reply) => {
    const path = request.url.split('?', 1)[0];
    const methods = [...new Set(routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method))];
    const detail = `${request.method} ${path.slice(0, 200)}`;
    const problem =
      methods.length === 0
        ? new ProblemError('not-found', `${detail} is not part of this service; /docs shows what is`)
        : new ProblemError('method-not-allowed', `${detail} does not exist; the resource has ${methods.join(', ')}`, {
            headers: { allow: methods.join(', ') },
          });
    send(problem, request, reply);
  };
}

/** Answers what Node refuses before there is a request: HTTP that cannot be read, or that takes too long. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const kinds: Readonly<Record<string, ProblemKind>> = {
    ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
    HPE_HEADER_OVERFLOW: 'headers-too-large',
  };
  const kind = kinds[error.code ?? ''] ?? 'invalid-request';
  const detail = kind === 'invalid-request' ? 'the bytes received are not an HTTP/1.1 request' : PROBLEMS[kind].title;
  const failures = foundFailures([]);
  const body = JSON.stringify(problemBody({ kind, message: detail, failures }, { url: '', id: 'none' }));
  const { status } = PROBLEMS[kind];
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: ${problemType}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

function send(problem: ProblemError, request: FastifyRequest, reply: FastifyReply): void {
  void reply
    .code(PROBLEMS[problem.kind].status)
    .headers(problem.headers)
    .header('content-type', problemType)
    .send(problemBody(problem, request));
}

/** The problem that an error of Fastify or of a plugin stands for. */
function asProblem(error: unknown, bodyBytes: number): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof StorageFull) {
    return new ProblemError('storage-full', 'the disk of the service is full; somebody has to make room', {
      headers: { 'retry-after': String(storageSeconds) },
    });
  }
  if (error instanceof DatabaseUnavailable) {
    return new ProblemError('database-away', 'the database does not answer; try again later', {
      headers: { 'retry-after': String(databaseSeconds) },
    });
  }
  const { code, statusCode = 500 } = error as Partial<FastifyError>;
  switch (code ?? '') {
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new RequestRefused(
        foundFailures([
          { reason: 'unsupported_media_type', pointer: 'Content-Type', message: 'the body must be application/json' },
        ]),
      );
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new RequestRefused(
        foundFailures([
          { reason: 'body_too_large', pointer: '', message: `the body is larger than ${bodyBytes} bytes` },
        ]),
      );
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new ProblemError('invalid-request', 'the body is not as long as its Content-Length says');
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new ProblemError('url-too-long', 'a part of the path is longer than any id');
    case 'FST_ERR_BAD_URL':
      return new ProblemError('invalid-request', 'the path is not a valid URL');
    default:
  }
  if (statusCode === 404) return new ProblemError('not-found', 'there is no such file');
  if (statusCode >= 400 && statusCode < 500) return new ProblemError('invalid-request', 'the request cannot be read');
  return new ProblemError('internal-error', 'the server failed; its log has the reason under this request id');
}
