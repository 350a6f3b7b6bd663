import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import t from 'tap';
import { root } from '../support/source-tree.ts';

const run = promisify(execFile);

/** What the suite prints on standard output. */
async function bench(...args: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, ['bench/run.ts', ...args], { cwd: root });
  return stdout;
}

/** Speeds themselves are not judged: the machine that runs this has other things to do. */
t.test('the suite prints one JSON object with a sane row for each simulator and thread count', async (t) => {
  const sized = ['--names', '8', '--rounds', '1', '--tries', '1', '--sample', '2e5', '--threads', '1,2'];
  const report = JSON.parse(await bench('--only', 'kernel', ...sized, '--json'));
  t.match(report.machine, { processor: String, cores: Number, platform: process.platform });
  t.match(report.versions, { rho90: String, kernelFused: String, node: process.versions.node });
  const told = report.rows.map((row: { name: string; threads: number }) => `${row.name}/${row.threads}`);
  t.same(told, ['fused/1', 'fused/2', 'strict/1', 'strict/2', 'reference/1', 'reference/2']);
  for (const row of report.rows) {
    t.match(row, { kind: 'kernel', workload: 'W1', names: 8, days: 63, rounds: 1 });
    t.ok(row.nsPerAssetStep > 0 && row.nsPerAssetStep < 1e6, `${row.name}: ${row.nsPerAssetStep} ns`);
    t.ok(row.nsLeast <= row.nsPerAssetStep && row.nsPerAssetStep <= row.nsMost, `${row.name} lies in its range`);
    t.ok(row.ratioToOurs > 0, `${row.name}: ${row.ratioToOurs} times ours`);
    if (row.name === 'fused') t.equal(row.ratioToOurs, 1);
  }
});

t.test('a part that does not exist is refused with the names of those that do', async (t) => {
  await t.rejects(bench('--only', 'nothing'), /--only is nothing; the parts are kernel, stages/);
});
