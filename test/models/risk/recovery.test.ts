import t from 'tap';
import { recovery } from '../../../models/risk/recovery.ts';

t.test('407 from 500 needs 22.85 % and 2.16 years at 10 %', async (t) => {
  // B/A - 1 = 93/407 = 0.228501; ln(500/407)/ln(1.1) = 2.1588 (a worked example of desks' risk rules).
  const { requiredReturn, years } = recovery({ start: 500, after: 407, annualReturn: 0.1 });
  t.equal(requiredReturn?.toFixed(4), '0.2285');
  t.equal(years?.toFixed(2), '2.16');
});

t.test('a loss of half needs a doubling, and doubling at 100 % takes a year', async (t) => {
  t.same(recovery({ start: 100, after: 50, annualReturn: 1 }), { requiredReturn: 1, years: 1 });
});

t.test('without a loss there is nothing to recover', async (t) => {
  t.same(recovery({ start: 100, after: 100, annualReturn: 0.1 }), { requiredReturn: 0, years: 0 });
  t.same(recovery({ start: 100, after: 130, annualReturn: -0.5 }), { requiredReturn: 0, years: 0 });
});

t.test('where there is no way back the answer is null, never infinite', async (t) => {
  for (const after of [0, -20, 1e-320]) {
    t.same(recovery({ start: 100, after, annualReturn: 0.1 }), { requiredReturn: null, years: null });
  }
  t.same(recovery({ start: 100, after: 50, annualReturn: 0 }), { requiredReturn: 1, years: null });
  t.same(recovery({ start: 100, after: 50, annualReturn: -0.1 }), { requiredReturn: 1, years: null });
});

t.test('inputs that are no capital or return are refused', async (t) => {
  t.throws(
    () => recovery({ start: 0, after: 1, annualReturn: 0.1 }),
    new RangeError('start is 0; need a finite number > 0'),
  );
  t.throws(() => recovery({ start: 1, after: NaN, annualReturn: 0.1 }), RangeError);
  t.throws(() => recovery({ start: 1, after: 1, annualReturn: -1 }), RangeError);
});
