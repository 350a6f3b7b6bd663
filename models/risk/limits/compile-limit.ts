import mathjs from 'mathjs/lib/browser/math.js';
import type {
  ConstantNode,
  FunctionNode,
  MathNode,
  OperatorNode,
  ParenthesisNode,
  RelationalNode,
  SymbolNode,
} from 'mathjs';
import { applied, binary, figure, negative, number, REFUSED } from './formula.ts';
import type { Formula, MetricUse, Part } from './formula.ts';
import { quantityOf, sameDimension } from './quantity.ts';
import { MAX_LENGTH, scanExpression } from './scan-expression.ts';
import type { LimitFinding } from './scan-expression.ts';
import { arithmeticFunction, constant, LEVEL_RANGE, levelFunction, VOCABULARY_TEXT } from './vocabulary.ts';
import type { Quantity } from './vocabulary.ts';

export const MAX_NODES = 200;

export type Comparison = '<' | '<=' | '>' | '>=';

/** A limit ready to be held against any run. */
export interface CompiledLimit {
  readonly expression: string;
  readonly comparison: Comparison;
  /** every figure the limit needs, once */
  readonly uses: readonly MetricUse[];
  /** the measured side */
  readonly value: Formula;
  /** the side it is held against */
  readonly bound: Formula;
  /** the measured side as written */
  readonly subject: string;
  /** the figure, when the measured side is nothing but one */
  readonly subjectUse: MetricUse | null;
  readonly quantity: Quantity;
}

export type LimitCompilation =
  | { readonly ok: true; readonly limit: CompiledLimit }
  | { readonly ok: false; readonly findings: LimitFinding[] };

const MIRRORED: Readonly<Record<Comparison, Comparison>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };
const ALLOWED_TEXT = 'numbers, names of the vocabulary, + - * / ^, minus signs, parentheses and calls of its functions';

/**
 * Compiles a limit such as `es(0.99) / nav <= 0.05`.
 *
 * One comparison (<, <=, >, >=) at the top; on its sides numbers, the words of vocabulary.ts, + - * / ^, unary minus,
 * parentheses, min, max, abs and sqrt. Levels are written as numbers. When only the right side holds a figure of the
 * run (`0.05 >= es(0.99) / nav`) the comparison is turned round, so that `value` is always what was measured.
 *
 * Safety: scanExpression lets only the characters of this language through to the parser, the tree is read against an
 * allow-list of node types, and what is kept are closures over doubles made here. Nothing of mathjs runs when a limit is
 * evaluated and no name is looked up then: evaluating its nodes with a restricted scope would still reach its operators
 * and functions, which work on strings, matrices and units and can be made to take seconds.
 * @param expression as the user wrote it
 * @returns the limit, or everything that is wrong with it
 */
export function compileLimit(expression: string): LimitCompilation {
  if (expression.length > MAX_LENGTH) {
    const message = `the expression has ${expression.length} characters; at most ${MAX_LENGTH} are allowed`;
    return { ok: false, findings: [{ kind: 'tooLong', message }] };
  }
  const { findings, parseable, comparison } = scanExpression(expression);
  if (!parseable) return { ok: false, findings };
  const root = parseSafely(expression, findings);
  if (root === null) return { ok: false, findings };
  const compiler = new Compiler(findings);
  const sides = compiler.sides(root);
  if (sides === null || comparison === null || findings.length > 0) return { ok: false, findings };
  const { left, right, operator } = sides;
  const mirrored = left.uses === 0;
  const measured = mirrored ? right : left;
  const held = mirrored ? left : right;
  if (measured.uses === 0) {
    const message = `"${expression}" compares nothing of the run; use at least one of ${VOCABULARY_TEXT}`;
    return { ok: false, findings: [{ kind: 'notAComparison', message }] };
  }
  return {
    ok: true,
    limit: {
      expression,
      comparison: mirrored ? MIRRORED[operator] : operator,
      uses: compiler.uses,
      value: measured.formula,
      bound: held.formula,
      subject: (mirrored ? expression.slice(comparison.end) : expression.slice(0, comparison.start)).trim(),
      subjectUse: measured.use,
      quantity: quantityOf(sameDimension(measured.dimension, held.dimension)),
    },
  };
}

function parseSafely(expression: string, findings: LimitFinding[]): MathNode | null {
  try {
    return mathjs.parse(expression);
  } catch (error) {
    const at = (error as { char?: unknown }).char;
    findings.push({
      kind: 'syntax',
      message: `"${expression}" cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      ...(typeof at === 'number' ? { position: at } : {}),
    });
    return null;
  }
}

/** Reads the tree once and collects what is wrong and which figures are needed. */
class Compiler {
  readonly uses: MetricUse[] = [];
  readonly #findings: LimitFinding[];
  #nodes = 0;

  constructor(findings: LimitFinding[]) {
    this.#findings = findings;
  }

  sides(root: MathNode): { left: Part; right: Part; operator: Comparison } | null {
    const operator = root.type === 'OperatorNode' ? comparisonOf((root as AnyOperator).op) : null;
    if (operator === null) {
      this.#add(
        'notAComparison',
        root.type === 'RelationalNode'
          ? 'a chain of comparisons is not allowed; write one limit for each bound'
          : 'a limit is one comparison at the top, for example survivability(0.99) >= 0.80',
      );
      // A chain is read on: its sides may hold more that is wrong.
      if (root.type === 'RelationalNode') for (const side of (root as RelationalNode).params) this.#part(side);
      else this.#part(root);
      return null;
    }
    const [left, right] = (root as AnyOperator).args.map((side) => this.#part(side));
    return { left, right, operator };
  }

  #part(node: MathNode): Part {
    this.#nodes++;
    if (this.#nodes > MAX_NODES) {
      if (this.#nodes === MAX_NODES + 1) {
        this.#add('tooManyNodes', `the expression has more than ${MAX_NODES} numbers, names and operations`);
      }
      return REFUSED;
    }
    switch (node.type) {
      case 'ConstantNode':
        return this.#number(node as ConstantNode);
      case 'SymbolNode':
        return this.#name((node as SymbolNode).name);
      case 'ParenthesisNode':
        return this.#part((node as ParenthesisNode).content);
      case 'OperatorNode':
        return this.#operation(node as AnyOperator);
      case 'FunctionNode':
        return this.#call(node as FunctionNode);
      default:
        return this.#notAllowed(node.type === 'RelationalNode' ? 'a comparison inside the expression' : node.type);
    }
  }

  #number({ value }: { value: unknown }): Part {
    if (typeof value !== 'number' || !Number.isFinite(value)) return this.#notAllowed(`the constant ${String(value)}`);
    return number(value);
  }

  #name(name: string): Part {
    const word = constant(name);
    if (word !== undefined) return this.#figure({ name: word.name, level: null }, word.quantity);
    const signature = levelFunction(name)?.signature ?? arithmeticFunction(name)?.signature;
    // Names that are not in the vocabulary have been reported by the scan, with their positions.
    if (signature === undefined) return REFUSED;
    return this.#wrongArgument(`"${name}" stands without arguments; write ${signature}`);
  }

  #operation(node: AnyOperator): Part {
    const { op, implicit } = node;
    const parts = node.args.map((argument) => this.#part(argument));
    if (implicit) return this.#notAllowed('multiplication without "*"');
    if (parts.length === 1) return op === '-' ? negative(parts[0]) : this.#notAllowed(`the operator "${op}"`);
    if (comparisonOf(op) !== null) return this.#notAllowed(`a comparison ("${op}") inside the expression`);
    return binary(op, parts[0], parts[1]) ?? this.#notAllowed(`the operator "${op}"`);
  }

  #call(node: FunctionNode): Part {
    const called = node.fn as unknown as MathNode;
    if (called.type !== 'SymbolNode') return this.#notAllowed('a call of something that is not a name');
    const { name } = called as SymbolNode;
    const parts = node.args.map((argument) => this.#part(argument));
    const level = levelFunction(name);
    if (level !== undefined) {
      const given = parts.length === 1 ? parts[0].literal : null;
      if (given === null || !(given > LEVEL_RANGE.above && given < LEVEL_RANGE.below)) {
        const what = parts.length === 1 ? (given ?? 'a computed level') : `${parts.length} arguments`;
        return this.#wrongArgument(
          `${level.signature} was given ${what}; it takes one number between ${LEVEL_RANGE.above} and ${LEVEL_RANGE.below}, for example ${name}(0.99)`,
        );
      }
      return this.#figure({ name: level.name, level: given }, level.quantity);
    }
    const known = arithmeticFunction(name);
    if (known !== undefined) {
      const [fewest, most] = known.arguments;
      if (parts.length >= fewest && parts.length <= most) return applied(known.name, parts);
      return this.#wrongArgument(
        `${name} was given ${parts.length} arguments; it takes ${most === 1 ? 'one' : 'at least one'}: ${known.signature}`,
      );
    }
    if (constant(name) === undefined) return REFUSED;
    return this.#wrongArgument(`"${name}" is a figure, not a function; write it without parentheses`);
  }

  #figure(use: MetricUse, quantity: Quantity): Part {
    let slot = this.uses.findIndex(({ name, level }) => name === use.name && level === use.level);
    if (slot < 0) slot = this.uses.push(use) - 1;
    return figure(use, slot, quantity);
  }

  #notAllowed(what: string): Part {
    this.#add('notAllowed', `${what} is not allowed; allowed are ${ALLOWED_TEXT}`);
    return REFUSED;
  }

  #wrongArgument(message: string): Part {
    this.#add('wrongArgument', message);
    return REFUSED;
  }

  #add(kind: LimitFinding['kind'], message: string): void {
    this.#findings.push({ kind, message });
  }
}

/** The part of mathjs' OperatorNode that is read here, whatever its operator. */
type AnyOperator = MathNode & Pick<OperatorNode, 'implicit'> & { op: string; args: MathNode[] };

const COMPARISONS: readonly Comparison[] = ['<', '<=', '>', '>='];

function comparisonOf(operator: string): Comparison | null {
  return COMPARISONS.find((comparison) => comparison === operator) ?? null;
}
