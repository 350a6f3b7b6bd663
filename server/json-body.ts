import { isUtf8 } from 'node:buffer';
import type { Failure } from '../schemas/failure.ts';
import { pointer as pointerOf } from '../models/failures.ts';

/** No request of this service is deeper than about ten; the bound keeps everything after it from recursing far. */
const maxDepth = 64;
/** Ten times what the largest map of a request (one entry for each underlying) can use. */
const maxFields = 10_000;
/** Longer than any field or id; names are repeated in pointers, which must not carry megabytes back. */
const maxFieldLength = 256;
/** More than this many duplicates tell a reader nothing new. */
const maxDuplicates = 100;

export type ParsedBody =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly failures: readonly Failure[] };

/**
 * Reads a JSON body. `JSON.parse` alone neither says reliably where a text goes wrong nor notices that a field is
 * given twice (the last one wins, silently), so the text is scanned first: that also bounds the depth, and refuses
 * the field `__proto__`, which code further on could mistake for a prototype, and escapes that stand for half a
 * character, which have no UTF-8 and so no canonical form to hash (RFC 8785).
 *
 * @param body  bytes as received; empty reads as `undefined`
 */
export function parseJsonBody(body: Buffer): ParsedBody {
  if (body.length === 0) return { ok: true, value: undefined };
  if (!isUtf8(body)) {
    return { ok: false, failures: [malformed('', 'the body is not UTF-8, which JSON must be')] };
  }
  const decoded = body.toString('utf8');
  const text = decoded.charCodeAt(0) === 0xfeff ? decoded.slice(1) : decoded;
  const failures = scanJson(text);
  if (failures.length > 0) return { ok: false, failures };
  return { ok: true, value: JSON.parse(text) };
}

interface Container {
  /** Fields seen so far; null for a list. */
  readonly fields: Set<string> | null;
  /** Field or place being read. */
  at: string | number;
}

const numberAt = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** After the backslash; the two halves of a surrogate pair (D800 to DBFF, then DC00 to DFFF) go together. */
const escape =
  /["\\/bfnrt]|u(?:[0-9A-CE-Fa-ce-f][0-9A-Fa-f]{3}|[Dd][0-7][0-9A-Fa-f]{2}|[Dd][89ABab][0-9A-Fa-f]{2}\\u[Dd][C-Fc-f][0-9A-Fa-f]{2})/y;
const halfPair = /u[Dd][89A-Fa-f][0-9A-Fa-f]{2}/y;

/**
 * Everything that is wrong with a JSON text: its first error of syntax, or else fields given twice.
 *
 * Grammar: RFC 8259. Iterative, and linear in the length of the text.
 *
 * @returns nothing for a text that `JSON.parse` reads without losing anything
 */
export function scanJson(text: string): Failure[] {
  const failures: Failure[] = [];
  const open: Container[] = [];
  let position = 0;
  const place = placesIn(text);
  const pointer = (): string => pointerOf(...open.map(({ at }) => at));
  const wrong = (what: string): Failure[] => [malformed(pointer(), `${what} at ${place(position)}`)];
  /** Where a field should begin, nothing has been read of it yet: the object around it is at fault. */
  const wrongField = (what: string): Failure[] => {
    const around = pointerOf(...open.slice(0, -1).map(({ at }) => at));
    return [malformed(around, `${what} at ${place(position)}`)];
  };
  const skipBlanks = (): void => {
    while (isBlank(text.charCodeAt(position))) position++;
  };

  let expected: 'value' | 'field' = 'value';
  for (;;) {
    skipBlanks();
    const inside = open.at(-1);
    if (expected === 'field' && inside?.fields != null) {
      if (text[position] !== '"') {
        return wrongField(`expected a field name in double quotes, found ${seen(text, position)}`);
      }
      const end = endOfString(text, position);
      if (typeof end !== 'number') return (position = end.position), wrongField(end.what);
      const raw = text.slice(position, end);
      const field = raw.includes('\\') ? (JSON.parse(raw) as string) : raw.slice(1, -1);
      if (field.length > maxFieldLength) return wrongField(`a field name has more than ${maxFieldLength} characters`);
      inside.at = field;
      if (field === '__proto__') {
        failures.push({ reason: 'unknown_field', pointer: pointer(), message: 'the field __proto__ is never allowed' });
        return failures;
      }
      if (inside.fields.has(field) && failures.length < maxDuplicates) {
        failures.push(malformed(pointer(), `the field ${raw} is given twice; the second is at ${place(position)}`));
      }
      inside.fields.add(field);
      if (inside.fields.size > maxFields) return wrong(`an object has more than ${maxFields} fields`);
      position = end;
      skipBlanks();
      if (text[position] !== ':') return wrong(`expected ":" after a field name, found ${seen(text, position)}`);
      position++;
      expected = 'value';
      continue;
    }

    const character = text[position];
    if (character === '{' || character === '[') {
      if (open.length >= maxDepth) return wrong(`the body is nested more than ${maxDepth} deep`);
      position++;
      skipBlanks();
      const container: Container = character === '{' ? { fields: new Set(), at: '' } : { fields: null, at: 0 };
      const empty = text[position] === (character === '{' ? '}' : ']');
      if (!empty) {
        open.push(container);
        expected = container.fields === null ? 'value' : 'field';
        continue;
      }
      position++;
    } else if (character === '"') {
      const end = endOfString(text, position);
      if (typeof end !== 'number') return (position = end.position), wrong(end.what);
      position = end;
    } else {
      const end = endOfScalar(text, position);
      if (end === position) return wrong(`expected a value, found ${seen(text, position)}`);
      position = end;
    }

    // A value has ended; so may the containers around it.
    for (;;) {
      skipBlanks();
      const around = open.at(-1);
      if (around === undefined) {
        return position === text.length
          ? failures
          : wrong(`expected the end of the body, found ${seen(text, position)}`);
      }
      const close = around.fields === null ? ']' : '}';
      if (text[position] === close) {
        open.pop();
        position++;
        continue;
      }
      if (text[position] !== ',') return wrong(`expected "," or "${close}", found ${seen(text, position)}`);
      position++;
      if (typeof around.at === 'number') around.at++;
      expected = around.fields === null ? 'value' : 'field';
      break;
    }
  }
}

function endOfString(text: string, start: number): number | { position: number; what: string } {
  for (let position = start + 1; position < text.length; position++) {
    const code = text.charCodeAt(position);
    if (code === 0x22) return position + 1;
    if (code < 0x20)
      return { position, what: `a control character must be escaped in a string, found ${seen(text, position)}` };
    if (code === 0x5c) {
      escape.lastIndex = position + 1;
      if (!escape.test(text)) return { position, what: whyNotEscape(text, position + 1) };
      position = escape.lastIndex - 1;
    }
  }
  return { position: text.length, what: 'a string does not end' };
}

function whyNotEscape(text: string, start: number): string {
  halfPair.lastIndex = start;
  if (!halfPair.test(text)) return 'unknown escape in a string';
  return `the escape \\${text.slice(start, halfPair.lastIndex)} is half of a character (a surrogate without its pair)`;
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

function endOfScalar(text: string, start: number): number {
  numberAt.lastIndex = start;
  if (numberAt.test(text)) return numberAt.lastIndex;
  const literal = ['true', 'false', 'null'].find((one) => text.startsWith(one, start)) ?? '';
  return start + literal.length;
}

/** What stands at a position, in words; NaN and Infinity are named, since programs write them and JSON has none. */
function seen(text: string, position: number): string {
  if (position >= text.length) return 'the end of the body';
  const word = /^-?(?:NaN|Infinity|undefined|None|True|False)\b/.exec(text.slice(position, position + 12))?.[0];
  if (word !== undefined) return `${word}, which JSON does not have`;
  return JSON.stringify(String.fromCodePoint(text.codePointAt(position) ?? 0));
}

/** Positions in words, asked for in ascending order: lines are counted once, however many positions are named. */
function placesIn(text: string): (position: number) => string {
  let counted = 0;
  let line = 1;
  let lineStart = 0;
  return (position) => {
    for (; counted < position; counted++) {
      if (text.charCodeAt(counted) !== 0x0a) continue;
      line++;
      lineStart = counted + 1;
    }
    return `line ${line}, column ${position - lineStart + 1} (character ${position + 1})`;
  };
}

function malformed(pointer: string, message: string): Failure {
  return { reason: 'malformed_json', pointer, message };
}
