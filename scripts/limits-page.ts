import { MAX_NODES } from '../models/risk/limits/compile-limit.ts';
import { MAX_LENGTH } from '../models/risk/limits/scan-expression.ts';
import { ARITHMETIC_FUNCTIONS, CONSTANTS, LEVEL_FUNCTIONS, type Word } from '../models/risk/limits/vocabulary.ts';

/** The page on limits, from the words they are made of. */
export function limitsPage(): string {
  const row = ({ signature, description, unit }: Pick<Word, 'signature' | 'description' | 'unit'>) =>
    `| \`${signature}\` | ${description} | ${unit} |`;
  return `# Limits

A limit is one comparison that the results of a run are held against, scenario by scenario:

    { "id": "survive", "expression": "survivability(0.99) >= 0.80" }
    { "id": "tail",    "expression": "es(0.99) / nav <= 0.05", "warnFraction": 0.2 }

A book without limits is held against the first of these.

**Status.** \`breach\` when the comparison is false, or when a side is no finite number (a limit that cannot be evaluated
fails, and a \`note\` says why). \`warn\` when it holds but the value lies within 1.96 standard errors of the bound, within
\`warnFraction\` (0.1 where not given) of it, or when so few paths tell no error. \`ok\` otherwise. \`value\` is the measured side, \`bound\`
the other; \`standardError\` is that of their difference, an upper estimate when several measures meet in one expression.

**Language.** Numbers, the words below, \`+ - * / ^\`, minus signs, parentheses, and one of \`<\`, \`<=\`, \`>\`, \`>=\`. At most ${MAX_LENGTH}
characters and ${MAX_NODES} nodes. Anything else is refused with what is allowed. Expressions are parsed, checked against this list
and compiled; they are never run as code.

## Measures at a confidence level

The level is a number between 0.5 and 1, both excluded.

| word | meaning | unit |
|---|---|---|
${LEVEL_FUNCTIONS.map(row).join('\n')}

## Figures

| word | meaning | unit |
|---|---|---|
${CONSTANTS.map(row).join('\n')}

## Functions

${ARITHMETIC_FUNCTIONS.map(({ signature }) => `\`${signature}\``).join(', ')}

<!-- Written by scripts/make-limits-page.ts from the vocabulary itself. -->
`;
}
