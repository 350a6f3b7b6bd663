import { parseArgs } from 'node:util';

/** What the program is asked to do. */
export type CommandLine =
  | { readonly command: 'serve' | 'help' | 'version' }
  | { readonly command: 'backup' | 'restore'; readonly file: string }
  | { readonly command: 'wrong'; readonly problem: string };

export const USAGE = `rho90 [command]

  serve          runs the service; so does no command at all
  backup FILE    writes all that the database holds to a new file
  restore FILE   reads such a file into a database that is empty

  --help         says this
  --version      says the version

Settings are variables of the environment, the same for every command: RHO90_DATA_DIR or DATABASE_URL say which
database, and the README has them all.
`;

/** @param words  of the command line, without the program */
export function readCommandLine(words: readonly string[]): CommandLine {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...words],
      options: { help: { type: 'boolean', short: 'h' }, version: { type: 'boolean', short: 'v' } },
      allowPositionals: true,
    });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { command: 'wrong', problem: `there are no options but --help and --version: ${error.message}` };
  }
  const { values, positionals } = parsed;
  if (values.help === true) return { command: 'help' };
  if (values.version === true) return { command: 'version' };
  const [command = 'serve', ...files] = positionals;
  switch (command) {
    case 'serve':
      return files.length === 0 ? { command } : { command: 'wrong', problem: `serve takes no ${quoted(files)}` };
    case 'backup':
    case 'restore': {
      const [file] = files;
      return file !== undefined && file !== '' && files.length === 1
        ? { command, file }
        : { command: 'wrong', problem: `${command} takes one file; given ${quoted(files) || 'none'}` };
    }
    default:
      return {
        command: 'wrong',
        problem: `${JSON.stringify(command)} is no command; there are serve, backup FILE and restore FILE`,
      };
  }
}

function quoted(words: readonly string[]): string {
  return words.map((word) => JSON.stringify(word)).join(', ');
}
