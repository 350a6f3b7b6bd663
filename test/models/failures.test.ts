import t from 'tap';
import { FailureList } from '../../models/failures.ts';

const listOf = (count: number) => {
  const failures = new FailureList();
  for (let i = 0; i < count; i++) failures.add('unknown_reference', `/book/positions/${i}`, `position ${i}`);
  return failures;
};

t.test('up to a hundred failures are all listed', async (t) => {
  t.notOk(new FailureList().any);
  t.same(listOf(2).refusal(), {
    ok: false,
    failures: [
      { reason: 'unknown_reference', pointer: '/book/positions/0', message: 'position 0' },
      { reason: 'unknown_reference', pointer: '/book/positions/1', message: 'position 1' },
    ],
  });
  t.equal(listOf(100).refusal().failures.length, 100);
  t.equal(listOf(100).refusal().total, undefined);
});

t.test('of more, the first hundred are listed and all are counted', async (t) => {
  const { failures, total } = listOf(250_000).refusal();
  t.equal(failures.length, 100);
  t.equal(failures[99].pointer, '/book/positions/99');
  t.equal(total, 250_000);
});

t.test('the message of a failure that is not listed is never written', async (t) => {
  const failures = new FailureList();
  let written = 0;
  for (let i = 0; i < 1000; i++) failures.add('conflict', '', () => `${++written}`);
  t.equal(written, 100);
  t.equal(failures.total, 1000);
});

t.test('a place is clear when nothing was found there, below it or around it', async (t) => {
  const failures = new FailureList();
  failures.add('conflict', '/book/limits/1', 'x');
  for (const at of ['/book', '/book/limits/1', '/book/limits/1/id']) t.notOk(failures.clearAt(at), at);
  for (const at of ['/market', '/book/limits/10', '/bo']) t.ok(failures.clearAt(at), at);
});

t.test('no place counts as clear once failures were dropped, since they may have been there', async (t) => {
  t.ok(listOf(100).clearAt('/market'));
  t.notOk(listOf(101).clearAt('/market'));
});
