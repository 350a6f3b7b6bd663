#!/usr/bin/env node
import { readCommandLine, USAGE } from './commands/command-line.ts';
import { CommandRefused } from './commands/command-refused.ts';
import { type Config, loadConfig } from './config.ts';
import { DatabaseRefused } from './storage/database.ts';
import { VERSION } from './version.ts';

/** The program was called wrongly, as most Unix programs say it. */
const wrongUsage = 2;

const line = readCommandLine(process.argv.slice(2));
switch (line.command) {
  case 'help':
    process.stdout.write(USAGE);
    break;
  case 'version':
    process.stdout.write(`rho90 ${VERSION}\n`);
    break;
  case 'wrong':
    giveUp([line.problem, 'rho90 --help says more'], wrongUsage);
    break;
  // Loaded when they are called: the service brings much along that the others do not need.
  case 'serve':
    await withSettings(async (config) => (await import('./commands/serve.ts')).serve(config));
    break;
  case 'backup':
    await withSettings(async (config) => (await import('./commands/backup.ts')).backup(config, line.file));
    break;
  case 'restore':
    await withSettings(async (config) => (await import('./commands/restore.ts')).restore(config, line.file));
    break;
}

async function withSettings(work: (config: Config) => Promise<void>): Promise<void> {
  const loaded = loadConfig(process.env);
  if (!loaded.ok) {
    giveUp(loaded.problems, wrongUsage);
    return;
  }
  try {
    await work(loaded.config);
  } catch (error) {
    if (!(error instanceof DatabaseRefused || error instanceof CommandRefused)) throw error;
    giveUp([error.message], 1);
  }
}

function giveUp(problems: readonly string[], exitCode: number): void {
  for (const problem of problems) process.stderr.write(`rho90: ${problem}\n`);
  process.exitCode = exitCode;
}
