import { describe, expect, it } from 'vitest';
import { runProgram } from './testing/run-program.ts';

describe('the command line', () => {
  it.each(['--help', 'call --help', 'load --help'])('%s has examples', async (line) => {
    const { stdout } = await runProgram(line);
    expect(stdout).toMatch(/Examples:\n +\$ antiphon /u);
  });

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
    expect(cloud.stderr).toContain('Allowed choices are stub, embedded, openai-realtime.');
  });

  it.each([
    ['load', 'say --sessions and --engine'],
    ['load --sessions 3', 'say --sessions and --engine'],
    ['load --engine stub', 'say --sessions and --engine'],
    ['load --door telephone', 'Allowed choices are realtime.'],
    ['load --sessions 3 --engine stub --connections-per-second 9', 'cannot be used with'],
    ['load --door realtime --connections-per-second 0', 'Use a whole number from 1 to 1000.'],
  ])('says what is wrong with "%s"', async (line, reason) => {
    const { stderr, succeeded } = await runProgram(line);
    expect(stderr).toContain(reason);
    expect(succeeded).toBeNull();
  });
});
