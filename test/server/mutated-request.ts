import * as fc from 'fast-check';

/** What a field may hold instead of what it should. */
const oddity = fc.oneof(
  fc.constantFrom<unknown>(null, true, -1, 0, 0.5, 1e308, Number.POSITIVE_INFINITY, -0, '', 'x', 'straddle', 'calm'),
  fc.constantFrom<unknown>(
    [],
    [[]],
    {},
    [null],
    { type: 'varianceSwap' },
    { kind: 'daily' },
    { regime: 'calm' },
    [1, 1],
  ),
  fc.string({ maxLength: 80 }),
  fc.double({ noNaN: true }),
  fc.jsonValue({ maxDepth: 3 }),
);

interface Spot {
  readonly holder: Record<string, unknown>;
  readonly key: string;
}

/**
 * A valid body with one to three accidents: a value replaced, a field removed, a field added, a list item repeated.
 *
 * @param valid  JSON; not changed
 */
export function mutatedRequest(valid: unknown): fc.Arbitrary<unknown> {
  const accident = fc.record({
    at: fc.nat(),
    what: fc.constantFrom('replace', 'remove', 'add', 'repeat', 'retype'),
    value: oddity,
    name: fc.oneof(
      fc.constantFrom('toString', 'constructor', 'id', 'type', 'nav ', 'a/b~c'),
      fc.string({ maxLength: 12 }),
    ),
  });
  return fc.array(accident, { minLength: 1, maxLength: 3 }).map((accidents) => {
    const root = { body: structuredClone(valid) } as Record<string, unknown>;
    for (const { at, what, value: oddity, name } of accidents) {
      // fast-check hands the same object out again, and a body must not come to hold itself.
      const value = structuredClone(oddity);
      const spots = spotsIn(root);
      const { holder, key } = spots[at % spots.length];
      const current = holder[key];
      if (what === 'remove' && key !== 'body' && !Array.isArray(holder)) delete holder[key];
      else if (what === 'add' && isObject(current) && name !== '__proto__') current[name] = value;
      else if (what === 'repeat' && Array.isArray(current) && current.length > 0)
        current.push(structuredClone(current[0]));
      else if (what === 'retype' && typeof current === 'number') holder[key] = String(current);
      else holder[key] = value;
    }
    return root.body;
  });
}

function spotsIn(holder: Record<string, unknown>): Spot[] {
  return Object.keys(holder).flatMap((key) => {
    const value = holder[key];
    const inner = typeof value === 'object' && value !== null ? spotsIn(value as Record<string, unknown>) : [];
    return [{ holder, key }, ...inner];
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
