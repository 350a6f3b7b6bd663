import { isKnown, VOCABULARY_TEXT } from './vocabulary.ts';

/** Why an expression is no limit. */
export interface LimitFinding {
  readonly kind:
    | 'syntax'
    | 'tooLong'
    | 'tooManyNodes'
    | 'notAllowed'
    | 'unknownName'
    | 'wrongArgument'
    | 'notAComparison';
  readonly message: string;
  /** character of the expression, counting from 1 */
  readonly position?: number;
}

export const MAX_LENGTH = 500;

/**
 * Deepest nesting of parentheses. The parser recurses some twenty calls per level, so without a bound 500 of them
 * could exhaust a small stack; a limit a person can read needs five.
 */
export const MAX_NESTING = 32;

/** What may be written, tried in this order at every place; everything else is foreign. */
const TOKEN =
  /(?<space>[ \t]+)|(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?<name>[A-Za-z_]\w*)|(?<comparison>[<>]=?)|(?<operator>[-+*/^(),])/y;
const FOREIGN = /[^\s\w.<>+\-*/^(),]+|./suy;

const WORD_OPERATORS = new Set(['and', 'or', 'xor', 'not', 'mod', 'to', 'in']);

const ALLOWED_TEXT = 'numbers, names, + - * / ^ ( ) , and one of < <= > >=';

/** What the scan of an expression found. */
export interface Scan {
  readonly findings: LimitFinding[];
  /** whether every character belongs to a token the parser may see */
  readonly parseable: boolean;
  /** where the first comparison starts and ends, counting from 0; null when there is none */
  readonly comparison: { readonly start: number; readonly end: number } | null;
}

/**
 * Reads an expression as tokens, before any parser sees it.
 *
 * The general-purpose parser behind it takes exponential time on nested percentages ("1%(1%(1%(..." doubles with every
 * level, 0.8 s at 17) and builds trees that share branches ("1+1%+1%+..."), so characters outside the limit language
 * must never reach it. Names are checked here as well, because only here their positions are known.
 * @param expression at most MAX_LENGTH characters
 */
export function scanExpression(expression: string): Scan {
  const findings: LimitFinding[] = [];
  let parseable = true;
  let comparison: Scan['comparison'] = null;
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < expression.length; ) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(expression);
    if (token === null) {
      FOREIGN.lastIndex = at;
      const text = FOREIGN.exec(expression)?.[0] ?? expression[at];
      parseable = false;
      findings.push({
        kind: 'notAllowed',
        message: `${JSON.stringify(text)} at character ${at + 1} is not allowed; allowed are ${ALLOWED_TEXT}`,
        position: at + 1,
      });
      at += text.length;
      continue;
    }
    const text = token[0];
    const name = token.groups?.name;
    if (name !== undefined) {
      const finding = nameFinding(name, at + 1);
      if (finding !== null) findings.push(finding);
    }
    if (token.groups?.comparison !== undefined) comparison ??= { start: at, end: at + text.length };
    if (text === '(') deepest = Math.max(deepest, ++depth);
    if (text === ')') depth--;
    at += text.length;
  }
  if (deepest > MAX_NESTING) {
    parseable = false;
    findings.push({
      kind: 'tooManyNodes',
      message: `the expression nests ${deepest} parentheses; at most ${MAX_NESTING} are allowed`,
    });
  }
  return { findings, parseable, comparison };
}

function nameFinding(name: string, position: number): LimitFinding | null {
  if (WORD_OPERATORS.has(name)) {
    const advice = name === 'and' ? '; write two limits, one bound each' : '';
    return {
      kind: 'notAllowed',
      message: `"${name}" at character ${position} is not allowed; allowed are ${ALLOWED_TEXT}${advice}`,
      position,
    };
  }
  if (isKnown(name)) return null;
  return {
    kind: 'unknownName',
    message: `"${name}" at character ${position} is not a name of the limit language; the names are ${VOCABULARY_TEXT}`,
    position,
  };
}
