import t from 'tap';
import { entityTag, holds, namedBy, readPreconditions, readTags } from '../../../server/library/entity-tag.ts';

t.test('lists of entity tags are read as RFC 9110 writes them', async (t) => {
  // The first seven are the examples of sections 13.1.1 and 13.1.2.
  const cases: [string, ReturnType<typeof readTags>][] = [
    ['"xyzzy"', ['"xyzzy"']],
    ['"xyzzy", "r2d2xxxx", "c3piozzzz"', ['"xyzzy"', '"r2d2xxxx"', '"c3piozzzz"']],
    ['*', '*'],
    ['W/"xyzzy"', ['W/"xyzzy"']],
    ['W/"xyzzy", W/"r2d2xxxx", W/"c3piozzzz"', ['W/"xyzzy"', 'W/"r2d2xxxx"', 'W/"c3piozzzz"']],
    ['""', ['""']],
    [' * ', '*'],
    ['"a","b"', ['"a"', '"b"']],
    ['"a,b"', ['"a,b"']],
    [', "a" ,, "b",', ['"a"', '"b"']],
    ['', null],
    [',', null],
    ['xyzzy', null],
    ['"a" "b"', null],
    ['"a"b', null],
    ['"a', null],
    ['*, "a"', null],
    ['w/"a"', null],
    ['"a b"', null],
  ];
  for (const [text, expected] of cases) t.same(readTags(text), expected, JSON.stringify(text));
  t.same(readTags(`${'"a",'.repeat(4000)}"b`), null, 'a long one is read once');
});

t.test('a header that cannot be read is named', async (t) => {
  const failures: Parameters<typeof readPreconditions>[1] = [];
  t.same(readPreconditions({ 'if-match': 'abc', 'if-none-match': '*' }, failures), { ifNoneMatch: '*' });
  t.match(failures, [{ reason: 'wrong_format', pointer: 'If-Match', message: /If-Match is "abc"; it must be \* or/ }]);
  t.same(readPreconditions({}, failures), {});
});

t.test('If-Match compares strongly, If-None-Match weakly, and nothing matches what is not there', async (t) => {
  const current = entityTag({ version: 3, hash: 'abc' });
  t.equal(current, '"3-abc"');
  t.equal(entityTag({ version: 3, hash: 'abc', deletedAt: 'then' }), '"3-abc-deleted"');
  t.ok(holds({}, current));
  t.ok(holds({}, undefined));
  t.ok(holds({ ifMatch: ['"x"', current] }, current));
  t.notOk(holds({ ifMatch: [`W/${current}`] }, current));
  t.notOk(holds({ ifMatch: ['"2-abc"'] }, current));
  t.ok(holds({ ifMatch: '*' }, current));
  t.notOk(holds({ ifMatch: '*' }, undefined));
  t.notOk(holds({ ifNoneMatch: '*' }, current));
  t.ok(holds({ ifNoneMatch: '*' }, undefined));
  t.notOk(holds({ ifNoneMatch: [current] }, current));
  t.notOk(holds({ ifMatch: [current], ifNoneMatch: '*' }, current), 'both have to hold');
  t.ok(namedBy([`W/${current}`], current));
  t.notOk(namedBy(undefined, current));
});
