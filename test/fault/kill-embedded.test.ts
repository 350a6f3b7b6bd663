import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { type Program, startProgram } from '../support/program.ts';
import { type Acknowledged, endsAsUndisturbed, killHard, postAll, stopCleanly } from './aftermath.ts';
import { leavesNothingBehind } from './left-behind.ts';
import { chance, rounds } from './rounds.ts';
import { small, split, undisturbed } from './undisturbed.ts';

/** A run during which the process dies five times is given up, which another test is about. */
const killsOfBatch = 4;

t.test('every acknowledged run ends once with its result, through kill -9 of the only process', async (t) => {
  const random = chance(t);
  const dataDir = t.testdir({});
  const start = (): Program => startProgram(t, { RHO90_DATA_DIR: dataDir, LOG_LEVEL: 'error', RHO90_THREADS: '2' });
  const acknowledged: Acknowledged = new Map();
  const requests = [small('a'), small('b', 100_000), split('split'), small('c')];
  const expected = new Map(await undisturbed(requests));
  let program = start();
  const kill = async (moment: number, since: string): Promise<void> => {
    await sleep(moment);
    t.comment(`killed ${Math.round(moment)} ms after it ${since}, ${acknowledged.size} runs acknowledged`);
    await killHard(t, program);
  };

  // The very first start makes the database, which takes some seconds.
  await kill(3000 * random(), 'was started');
  const kills = rounds(2);
  for (let done = 0; done < kills; done += killsOfBatch) {
    const ofBatch = requests.map((request) => ({ ...request, label: `${request.label ?? ''}-${done}` }));
    for (const { label } of requests) expected.set(`${label ?? ''}-${done}`, expected.get(label ?? '') as never);
    program = start();
    const posted = postAll(ofBatch, () => program, acknowledged);
    for (let i = 0; i < Math.min(killsOfBatch, kills - done); i++) {
      // One in four while it starts.
      const serves = random() > 0.25;
      if (serves) await program.base;
      await kill(3000 * random(), serves ? 'served' : 'was started');
      program = start();
    }
    const base = await program.base;
    await posted;
    await endsAsUndisturbed(t, base, acknowledged, expected);
    await stopCleanly(t, program);
    await leavesNothingBehind(t, { dataDir });
  }
});
