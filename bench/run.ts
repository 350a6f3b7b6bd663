/**
 * The benchmark suite.
 *
 *   npm run bench -- [--only kernel,stages,w1,w2,precision,growth,examples,post,event-loop] [--rounds 9] [--tries 3]
 *     [--names 8,21] [--threads 1,2] [--sample 1e7] [--paths 10000,100000] [--peers DIR] [--json | --markdown]
 *     [--save FILE]
 *
 * Standard output holds the results and nothing else (`npm run --silent` keeps npm's own lines out of it); what is going
 * on is told on standard error.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { describeMachine, machine, versions } from './machine.ts';
import type { Options } from './options.ts';
import { markdownOf, type Section, textOf } from './report.ts';

/** Loaded when asked for: some bring a compiler or the engine with them. */
const PARTS: Readonly<Record<string, (options: Options) => Promise<Section>>> = {
  kernel: async (asked) => (await import('./kernel.ts')).kernelSection(asked),
  stages: async (asked) => (await import('./stages.ts')).stagesSection(asked),
  w1: async (asked) => (await import('./comparison.ts')).comparisonSection('W1', asked),
  w2: async (asked) => (await import('./comparison.ts')).comparisonSection('W2', asked),
  precision: async (asked) => (await import('./time-to-precision.ts')).precisionSection(asked),
  growth: async (asked) => (await import('./growth.ts')).growthSection(asked),
  examples: async (asked) => (await import('./examples.ts')).examplesSection(asked),
  post: async (asked) => (await import('./post-latency.ts')).postSection(asked),
  'event-loop': async (asked) => (await import('./event-loop.ts')).eventLoopSection(asked),
};

const DEFAULTS = {
  rounds: '9',
  tries: '3',
  threads: '1,2',
  sample: '1e7',
  names: undefined,
  paths: undefined,
} as const;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: Object.keys(PARTS).join(',') },
    rounds: { type: 'string', default: DEFAULTS.rounds },
    tries: { type: 'string', default: DEFAULTS.tries },
    names: { type: 'string' },
    threads: { type: 'string', default: DEFAULTS.threads },
    sample: { type: 'string', default: DEFAULTS.sample },
    paths: { type: 'string' },
    peers: { type: 'string' },
    save: { type: 'string' },
    json: { type: 'boolean', default: false },
    markdown: { type: 'boolean', default: false },
  },
});

const options: Options = {
  rounds: positive('rounds', values.rounds),
  tries: positive('tries', values.tries),
  threads: values.threads.split(',').map((text) => positive('threads', text)),
  names: values.names?.split(',').map((text) => positive('names', text)),
  assetSteps: positive('sample', values.sample),
  paths: values.paths?.split(',').map((text) => positive('paths', text)),
  peers: values.peers,
  say: (message) => void process.stderr.write(`${message}\n`),
};
const parts = values.only.split(',').map((name) => {
  const part = PARTS[name];
  if (part === undefined) throw new RangeError(`--only is ${name}; the parts are ${Object.keys(PARTS).join(', ')}`);
  return { name, part };
});

const sections: Section[] = [];
if (!values.json)
  process.stdout.write(`${describeMachine()}; rho90 ${versions()['rho90']} at ${versions()['revision']}\n\n`);
for (const { name, part } of parts) {
  const section = await part(options);
  sections.push(section);
  // As each part is done: the next may take minutes.
  if (!values.json)
    process.stdout.write(`${values.markdown ? markdownOf(section, commandOf(name)) : textOf(section)}\n`);
}
const report = JSON.stringify({
  machine: machine(),
  versions: versions(),
  notes: Object.fromEntries(sections.map(({ title, notes }) => [title, notes])),
  rows: sections.flatMap(({ rows }) => rows),
});
if (values.json) process.stdout.write(`${report}\n`);
if (values.save !== undefined) writeFileSync(values.save, `${report}\n`);

/** The command that runs one part as this run did. */
function commandOf(part: string): string {
  const asked = (Object.keys(DEFAULTS) as (keyof typeof DEFAULTS)[]).flatMap((name) =>
    values[name] === undefined || values[name] === DEFAULTS[name] ? [] : [`--${name} ${values[name]}`],
  );
  const peers = options.peers === undefined || !/^w\d$/.test(part) ? [] : ['--peers DIR'];
  return ['npm run bench --', `--only ${part}`, ...asked, ...peers].join(' ');
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(Number.isInteger(value) && value >= 1)) throw new RangeError(`--${name} is ${text}; need a whole number >= 1`);
  return value;
}
