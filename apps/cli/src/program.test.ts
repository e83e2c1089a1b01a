import { describe, expect, it } from 'vitest';
import { runProgram } from './testing/run-program.ts';

describe('the command line', () => {
  it.each(['--help', 'call --help', 'load --help', 'analyze --help'])(
    '%s has examples',
    async (line) => {
      const { stdout } = await runProgram(line);
      expect(stdout).toMatch(/Examples:\n +\$ antiphon /u);
    },
  );

  it('lists the scenarios when there is none of the name', async () => {
    const { error } = await runProgram('call --scenario nothing');
    expect(error).toContain(
      'There is: ask-for-a-person, cancel-interrupted, cancel-no, cancel-yes, slow-tool, whole-call, worked-example.',
    );
  });

  it('lists the agents when one has no scenarios', async () => {
    const { error } = await runProgram('call nobody');
    expect(error).toContain('There are some for: acme-support.');
  });

  it('says where to get a key', async () => {
    const { error, succeeded } = await runProgram('call');
    expect(error).toContain('Start it with "npm start"');
    expect(succeeded).toBeNull();
  });

  it('says what a number must be and which engines there are', async () => {
    const many = await runProgram('load --engine stub --sessions many');
    expect(many.stderr).toContain('Use a whole number from 1 to 2000.');
    const cloud = await runProgram('load --engine cloud --sessions 1');
    expect(cloud.stderr).toContain(
      'Allowed choices are stub, embedded, openai-realtime, gemini-live, cascade.',
    );
  });

  it.each([
    ['load', 'say --sessions and --engine'],
    ['load --sessions 3', 'say --sessions and --engine'],
    ['load --engine stub', 'say --sessions and --engine'],
    ['load --door telephone', 'Allowed choices are realtime.'],
    ['load --sessions 3 --engine stub --connections-per-second 9', 'cannot be used with'],
    [
      'load --sessions 3 --engine cascade --provider-delays slow',
      'Allowed choices are none, hosted.',
    ],
    ['load --door realtime --provider-delays hosted', 'cannot be used with'],
    ['load --sessions 3 --tools --provider-delays hosted', 'cannot be used with'],
    ['load --sessions 3 --tools --finalizes-pauses', 'cannot be used with'],
    ['load --door realtime --finalizes-pauses', 'cannot be used with'],
    ['load --door realtime --connections-per-second 0', 'Use a whole number from 1 to 1000.'],
  ])('says what is wrong with "%s"', async (line, reason) => {
    const { stderr, succeeded } = await runProgram(line);
    expect(stderr).toContain(reason);
    expect(succeeded).toBeNull();
  });

  it.each([
    [
      '--engine stub --provider-delays hosted',
      'and --engine is stub. Leave it out, or use --engine',
    ],
    ['--engine gemini-live --provider-delays none', 'of the providers of a cascade'],
    ['--engine stub --finalizes-pauses', '--finalizes-pauses is of the providers of a cascade'],
    [
      '--engine gemini-live --turn-detection provider',
      'and --engine is gemini-live. Use vad or semantic, or --engine openai-realtime.',
    ],
    ['--engine stub --turn-detection provider', 'of engines whose models find turns'],
    ['--engine cascade --url http://127.0.0.1:9', '--url cannot be used with --engine cascade'],
  ])('says that "%s" does not go together', async (options, reason) => {
    const { error, succeeded } = await runProgram(`load --sessions 3 ${options}`);
    expect(error).toContain(reason);
    expect(succeeded).toBeNull();
  });
});
