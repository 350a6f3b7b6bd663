import t from 'tap';
import { STAGES, type StagedExports } from '../../bench/stage-list.ts';
import { stagedKernelModule } from '../../bench/staged-kernel.ts';
import { prepared, requestOf } from '../../bench/workloads.ts';
import { loadPlan } from '../../models/kernel/bind.ts';
import { instantiateKernel } from '../../models/kernel/kernel-exports.ts';

t.test(
  'a kernel that runs all its stages leaves what the kernel leaves, and one that runs fewer does not',
  async (t) => {
    const kernel = instantiateKernel(await stagedKernelModule('strict')) as StagedExports;
    const {
      plan,
      scenarios: [scenario],
    } = prepared(requestOf('W2', 4, 16, '42'), '42');
    const block = loadPlan(kernel, plan, scenario, 16);
    const left = (run: () => void) => {
      block.state.fill(Number.NaN);
      block.pairwise.fill(Number.NaN);
      run();
      return [...block.state, ...block.pairwise];
    };
    const whole = left(() => kernel.simulate(0));
    t.strictSame(
      left(() => kernel.simulateStages(0, STAGES.length)),
      whole,
    );
    t.notSame(
      left(() => kernel.simulateStages(0, STAGES.length - 1)),
      whole,
    );
  },
);
