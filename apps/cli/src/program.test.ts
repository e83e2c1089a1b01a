import { describe, expect, it } from 'vitest';
import { antiphonProgram } from './program.ts';

/** Runs the command line without letting it end the process. */
async function run(...args: string[]): Promise<{ out: string; error: string }> {
  let out = '';
  let err = '';
  const program = antiphonProgram({
    terminal: {
      stdout: { write: (text) => (out += text) },
      stderr: { write: (text) => (err += text) },
      environment: {},
      directory: '/nonexistent',
    },
    signal: new AbortController().signal,
    onResult: () => {},
  });
  for (const command of [program, ...program.commands]) command.exitOverride();
  try {
    await program.parseAsync(['node', 'antiphon', ...args]);
  } catch (error) {
    return { out, error: `${err}${(error as Error).message}` };
  }
  return { out, error: err };
}

describe('the command line', () => {
  it.each([[['--help']], [['call', '--help']], [['load', '--help']]])(
    '%s has examples',
    async (args) => {
      const { out } = await run(...args);
      expect(out).toMatch(/Examples:\n +\$ antiphon /u);
    },
  );

  it('lists the scenarios when there is none of the name', async () => {
    const { error } = await run('call', '--scenario', 'nothing');
    expect(error).toContain('There is: ask-for-a-person, worked-example.');
  });

  it('lists the agents when one has no scenarios', async () => {
    const { error } = await run('call', 'nobody');
    expect(error).toContain('There are some for: acme-support.');
  });

  it('says where to get a key', async () => {
    const { error } = await run('call');
    expect(error).toContain('Start it with "npm start"');
  });

  it('says what a number must be and which engines there are', async () => {
    expect((await run('load', '--engine', 'stub', '--sessions', 'many')).error).toContain(
      'Use a whole number from 1 to 2000.',
    );
    expect((await run('load', '--engine', 'cloud', '--sessions', '1')).error).toContain(
      'Allowed choices are stub, embedded.',
    );
  });
});
