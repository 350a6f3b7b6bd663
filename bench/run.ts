/**
 * The benchmark suite.
 *
 *   npm run bench -- [--only kernel,stages,w1,w2,precision,growth,examples,post,event-loop] [--rounds 9] [--tries 3]
 *     [--names 8,21] [--threads 1,2] [--sample 1e7] [--paths 10000,100000] [--peers DIR] [--json | --markdown]
 *
 * Standard output holds the results and nothing else (`npm run --silent` keeps npm's own lines out of it); what is going
 * on is told on standard error.
 */
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

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: Object.keys(PARTS).join(',') },
    rounds: { type: 'string', default: '9' },
    tries: { type: 'string', default: '3' },
    names: { type: 'string' },
    threads: { type: 'string', default: '1,2' },
    sample: { type: 'string', default: '1e7' },
    paths: { type: 'string' },
    peers: { type: 'string' },
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
  return part;
});

const sections: Section[] = [];
const print = values.markdown ? markdownOf : textOf;
if (!values.json)
  process.stdout.write(`${describeMachine()}; rho90 ${versions()['rho90']} at ${versions()['revision']}\n\n`);
for (const part of parts) {
  const section = await part(options);
  sections.push(section);
  // As each part is done: the next may take minutes.
  if (!values.json) process.stdout.write(`${print(section)}\n`);
}
if (values.json) {
  const rows = sections.flatMap((section) => section.rows);
  const notes = Object.fromEntries(sections.map(({ title, notes: said }) => [title, said]));
  process.stdout.write(`${JSON.stringify({ machine: machine(), versions: versions(), notes, rows })}\n`);
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(Number.isInteger(value) && value >= 1)) throw new RangeError(`--${name} is ${text}; need a whole number >= 1`);
  return value;
}
