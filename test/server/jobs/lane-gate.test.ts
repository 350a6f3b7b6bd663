import { setImmediate as soon } from 'node:timers/promises';
import t from 'tap';
import { createLaneGate } from '../../../server/jobs/lane-gate.ts';

t.test('one that is to be alone waits for those inside, and lets nobody in until it is done', async (t) => {
  const gate = createLaneGate();
  const log: string[] = [];
  await gate.enter();
  await gate.enter();
  const alone = gate.beAlone().then((release) => {
    log.push('alone');
    return release;
  });
  const late = gate.enter().then(() => log.push('late'));
  await soon();
  t.same(log, [], 'the other one is still inside');
  t.equal(await gate.beAlone(), null, 'two cannot wait for each other');
  gate.leave();
  const release = await alone;
  await soon();
  t.same(log, ['alone']);
  release?.();
  await late;
  t.same(log, ['alone', 'late']);
});

t.test('one that is inside by itself is alone at once, again and again', async (t) => {
  const gate = createLaneGate();
  await gate.enter();
  for (let i = 0; i < 3; i++) {
    const release = await gate.beAlone();
    t.type(release, 'function');
    release?.();
  }
});
