import t from 'tap';
import { waitPreference } from '../../server/prefer.ts';

t.test('the wait preference is read from among others, as RFC 7240 writes it', async (t) => {
  // The forms of RFC 7240, sections 2 and 4.3.
  t.equal(waitPreference('wait=10', 60), 10);
  t.equal(waitPreference('respond-async, wait=10', 60), 10);
  t.equal(waitPreference('Wait = "10"; foo=bar , priority=5', 60), 10);
  t.equal(waitPreference('wait=5, wait=20', 60), 5, 'the first counts');
  t.equal(waitPreference('wait=0', 60), 0);
});

t.test('a wait longer than the server allows is shortened', async (t) => {
  t.equal(waitPreference('wait=3600', 60), 60);
});

t.test('a preference that is not understood is ignored', async (t) => {
  for (const header of [
    undefined,
    '',
    'respond-async',
    'wait',
    'wait=',
    'wait=soon',
    'wait=-1',
    'wait=1.5',
    'await=3',
  ]) {
    t.equal(waitPreference(header, 60), null, String(header));
  }
});
