import t from 'tap';
import { readCommandLine, USAGE } from '../../../server/commands/command-line.ts';

t.test('the service is what no command means', async (t) => {
  t.same(readCommandLine([]), { command: 'serve' });
  t.same(readCommandLine(['serve']), { command: 'serve' });
});

t.test('backup and restore take one file', async (t) => {
  for (const command of ['backup', 'restore'] as const) {
    t.same(readCommandLine([command, 'a file']), { command, file: 'a file' });
    t.same(readCommandLine([command, '--', '-file']), { command, file: '-file' });
    t.same(readCommandLine([command]), { command: 'wrong', problem: `${command} takes one file; given none` });
    t.same(readCommandLine([command, '']), { command: 'wrong', problem: `${command} takes one file; given ""` });
    t.same(readCommandLine([command, 'a', 'b']), {
      command: 'wrong',
      problem: `${command} takes one file; given "a", "b"`,
    });
  }
});

t.test('help and version come before everything else', async (t) => {
  for (const words of [['--help'], ['-h'], ['backup', '--help'], ['--version', '--help']]) {
    t.same(readCommandLine(words), { command: 'help' }, words.join(' '));
  }
  for (const words of [['--version'], ['-v'], ['serve', '--version']]) {
    t.same(readCommandLine(words), { command: 'version' }, words.join(' '));
  }
});

t.test('what is no command or no option is refused, naming those there are', async (t) => {
  t.same(readCommandLine(['back-up', 'x']), {
    command: 'wrong',
    problem: '"back-up" is no command; there are serve, backup FILE and restore FILE',
  });
  t.same(readCommandLine(['serve', 'now']), { command: 'wrong', problem: 'serve takes no "now"' });
  for (const words of [['--port=80'], ['-x'], ['backup', '--force', 'x'], ['--help=no']]) {
    t.match(
      readCommandLine(words),
      { command: 'wrong', problem: /^there are no options but --help and --version: / },
      words.join(' '),
    );
  }
  for (const command of ['serve', 'backup FILE', 'restore FILE', '--help', '--version']) t.match(USAGE, command);
});
