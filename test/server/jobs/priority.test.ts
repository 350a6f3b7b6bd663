import fc from 'fast-check';
import t from 'tap';
import { prioritiesOf, priorityOf, sizeOf } from '../../../server/jobs/priority.ts';

const cost = fc.double({ min: 1, max: 1e11, noNaN: true });

t.test('a run that is not split comes before every one that is, and minutes before hours', async (t) => {
  fc.assert(
    fc.property(cost, cost, (a, b) => {
      const small = priorityOf({ cost: a, split: false }, 'work');
      const medium = priorityOf({ cost: Math.min(a, 1e10), split: true }, 'join');
      const large = priorityOf({ cost: Math.max(b, 1.01e10), split: true }, 'join');
      return small > medium && medium > large;
    }),
  );
  t.pass();
});

t.test('of one class, a run that costs less comes first, and joins come before shards', async (t) => {
  fc.assert(
    fc.property(cost, cost, fc.boolean(), (a, b, split) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      if (sizeOf({ cost: low, split }) !== sizeOf({ cost: high, split })) return true;
      const of = (value: number, kind: 'work' | 'join') => priorityOf({ cost: value, split }, kind);
      return of(low, 'work') >= of(high, 'work') && of(high, 'join') > of(low, 'work');
    }),
  );
  t.ok(priorityOf({ cost: 1e6, split: false }, 'work') > priorityOf({ cost: 2e6, split: false }, 'work'));
});

t.test('every priority is a whole number within its class', async (t) => {
  fc.assert(
    fc.property(cost, fc.boolean(), fc.constantFrom('work' as const, 'join' as const), (value, split, kind) => {
      const priority = priorityOf({ cost: value, split }, kind);
      const { minPriority, maxPriority } = prioritiesOf(sizeOf({ cost: value, split }));
      return Number.isInteger(priority) && priority >= minPriority && priority <= maxPriority;
    }),
  );
  t.pass();
});
