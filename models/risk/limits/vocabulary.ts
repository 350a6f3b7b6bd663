/** What a value measures, as far as printing it goes. */
export type Quantity = 'money' | 'fraction' | 'number';

/** A word of the limit language. */
export interface Word<Name extends string = string> {
  readonly name: Name;
  /** how to write it, for example `var(level)` */
  readonly signature: string;
  readonly description: string;
  /** unit in words, for documentation */
  readonly unit: string;
  readonly quantity: Quantity;
  /** the words a verdict uses for it */
  readonly label: string;
}

/** Confidence levels a function of a level accepts, both ends excluded. */
export const LEVEL_RANGE = { above: 0.5, below: 1 } as const;

/** Measures of the tail at a confidence level. */
export const LEVEL_FUNCTIONS = [
  {
    name: 'var',
    signature: 'var(level)',
    description: 'Value at risk: the loss exceeded with probability 1 - level, positive for a loss.',
    unit: 'money',
    quantity: 'money',
    label: 'the loss',
  },
  {
    name: 'es',
    signature: 'es(level)',
    description: 'Expected shortfall: the mean of the worst 1 - level of losses, positive for a loss.',
    unit: 'money',
    quantity: 'money',
    label: 'the expected shortfall',
  },
  {
    name: 'survivability',
    signature: 'survivability(level)',
    description: 'NAV at the horizon over NAV at the start at the loss quantile: 1 - var(level) / nav.',
    unit: 'fraction of NAV',
    quantity: 'fraction',
    label: 'the survivability ratio',
  },
  {
    name: 'maxDrawdown',
    signature: 'maxDrawdown(level)',
    description: 'Maximum drawdown not exceeded with probability level, as a fraction of the peak of NAV.',
    unit: 'fraction of the peak',
    quantity: 'fraction',
    label: 'the maximum drawdown',
  },
] as const satisfies readonly Word[];

/** Figures of the run that take no argument. */
export const CONSTANTS = [
  {
    name: 'nav',
    signature: 'nav',
    description: 'Capital behind the book at the start.',
    unit: 'money',
    quantity: 'money',
    label: 'NAV',
  },
  {
    name: 'meanPnl',
    signature: 'meanPnl',
    description: 'Mean P&L at the horizon.',
    unit: 'money',
    quantity: 'money',
    label: 'the mean P&L',
  },
  {
    name: 'stdevPnl',
    signature: 'stdevPnl',
    description: 'Standard deviation of the P&L at the horizon.',
    unit: 'money',
    quantity: 'money',
    label: 'the standard deviation of the P&L',
  },
  {
    name: 'worstPnl',
    signature: 'worstPnl',
    description: 'P&L of the worst path of this sample; more paths find a worse one.',
    unit: 'money',
    quantity: 'money',
    label: 'the P&L of the worst path',
  },
  {
    name: 'bestPnl',
    signature: 'bestPnl',
    description: 'P&L of the best path of this sample; more paths find a better one.',
    unit: 'money',
    quantity: 'money',
    label: 'the P&L of the best path',
  },
  {
    name: 'probabilityOfLoss',
    signature: 'probabilityOfLoss',
    description: 'Probability that the P&L at the horizon is below 0.',
    unit: 'probability',
    quantity: 'fraction',
    label: 'the probability of a loss',
  },
  {
    name: 'probabilityOfBreach',
    signature: 'probabilityOfBreach',
    description: 'Probability that NAV falls to the survival threshold or below on some day.',
    unit: 'probability',
    quantity: 'fraction',
    label: 'the probability that NAV falls to the survival threshold',
  },
  {
    name: 'survivalProbability',
    signature: 'survivalProbability',
    description: 'Probability that NAV stays above the survival threshold on every day.',
    unit: 'probability',
    quantity: 'fraction',
    label: 'the probability of survival',
  },
  {
    name: 'probabilityOfRuin',
    signature: 'probabilityOfRuin',
    description: 'Probability that NAV is at or below 0 on some day.',
    unit: 'probability',
    quantity: 'fraction',
    label: 'the probability of ruin',
  },
  {
    name: 'meanMaxDrawdown',
    signature: 'meanMaxDrawdown',
    description: 'Mean of the maximum drawdown, as a fraction of the peak of NAV.',
    unit: 'fraction of the peak',
    quantity: 'fraction',
    label: 'the mean maximum drawdown',
  },
  {
    name: 'initialValue',
    signature: 'initialValue',
    description: 'Model value of the book at the start; positive for an asset.',
    unit: 'money',
    quantity: 'money',
    label: 'the initial value of the book',
  },
  {
    name: 'netDelta',
    signature: 'netDelta',
    description: 'Dollar delta of the book at the start: delta × spot, summed over the positions.',
    unit: 'money',
    quantity: 'money',
    label: 'the dollar delta',
  },
  {
    name: 'netGamma',
    signature: 'netGamma',
    description: 'Dollar gamma of the book at the start: change of the dollar delta when every spot moves by 1 %.',
    unit: 'money per 1 %',
    quantity: 'number',
    label: 'the dollar gamma',
  },
  {
    name: 'netVega',
    signature: 'netVega',
    description: 'Sum of the vegas of all positions at the start.',
    unit: 'money per volatility point',
    quantity: 'money',
    label: 'net vega per volatility point',
  },
  {
    name: 'netTheta',
    signature: 'netTheta',
    description: 'Sum of the thetas of all positions at the start.',
    unit: 'money per trading day',
    quantity: 'money',
    label: 'net theta per day',
  },
  {
    name: 'correlationVega',
    signature: 'correlationVega',
    description: 'Change of value per point of implied correlation, constituent volatilities unchanged.',
    unit: 'money per correlation point',
    quantity: 'money',
    label: 'correlation vega per point',
  },
  {
    name: 'premium',
    signature: 'premium',
    description: 'Premium at risk: sum of the initial values of the long options.',
    unit: 'money',
    quantity: 'money',
    label: 'the premium at risk',
  },
] as const satisfies readonly Word[];

/** Functions of numbers, with how many arguments each takes. */
export const ARITHMETIC_FUNCTIONS = [
  { name: 'min', signature: 'min(a, b, ...)', description: 'The smallest argument.', arguments: [1, Infinity] },
  { name: 'max', signature: 'max(a, b, ...)', description: 'The largest argument.', arguments: [1, Infinity] },
  { name: 'abs', signature: 'abs(a)', description: 'The argument without its sign.', arguments: [1, 1] },
  { name: 'sqrt', signature: 'sqrt(a)', description: 'The square root.', arguments: [1, 1] },
] as const;

export type LevelFunctionName = (typeof LEVEL_FUNCTIONS)[number]['name'];
export type ConstantName = (typeof CONSTANTS)[number]['name'];
export type ArithmeticName = (typeof ARITHMETIC_FUNCTIONS)[number]['name'];

// Maps, not objects: "constructor" and "__proto__" must be unknown names like any other.
const levelFunctions = new Map<string, Word<LevelFunctionName>>(LEVEL_FUNCTIONS.map((word) => [word.name, word]));
const constants = new Map<string, Word<ConstantName>>(CONSTANTS.map((word) => [word.name, word]));
const arithmetic = new Map<string, (typeof ARITHMETIC_FUNCTIONS)[number]>(
  ARITHMETIC_FUNCTIONS.map((word) => [word.name, word]),
);

export function levelFunction(name: string): Word<LevelFunctionName> | undefined {
  return levelFunctions.get(name);
}

export function constant(name: string): Word<ConstantName> | undefined {
  return constants.get(name);
}

export function arithmeticFunction(name: string): (typeof ARITHMETIC_FUNCTIONS)[number] | undefined {
  return arithmetic.get(name);
}

/** Whether the limit language has this word at all. */
export function isKnown(name: string): boolean {
  return levelFunctions.has(name) || constants.has(name) || arithmetic.has(name);
}

/** The whole vocabulary in one line, for messages about names that are not in it. */
export const VOCABULARY_TEXT = [...LEVEL_FUNCTIONS, ...CONSTANTS, ...ARITHMETIC_FUNCTIONS]
  .map(({ signature }) => signature)
  .join(', ');
