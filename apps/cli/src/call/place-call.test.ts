import { readWav } from '@antiphon/audio';
import { afterEach, describe, expect, it } from 'vitest';
import { CliError } from '../cli-error.ts';
import { parseScenario } from '../scenario.ts';
import type { Scenario } from '../scenario.ts';
import { ScenarioLibrary, SCENARIOS } from '../scenario-library.ts';
import { startScriptedServer } from '../testing/scripted-server.ts';
import type { ScriptedServer, ScriptedServerOptions } from '../testing/scripted-server.ts';
import { checkCall } from './expectations.ts';
import { placeCall } from './place-call.ts';

const KEY = 'test-key';
const SCENARIO = `
agent: scripted
title: A short one
limitSeconds: 20
conversation:
  - agent: [hello there]
  - caller: Yes, please.
    clip: yes-please
  - agent: [the answer is long]
  - caller: Yes, please.
    clip: yes-please
    cutsInAt: long
    heard: [the answer is]
    unheard: [long]
  - agent: [good bye]
expect:
  tools:
    - name: look_up
      arguments: { id: '7' }
  states: [responding, truncated, responding]
  handoff: { id: '7' }
  ends: handedOff
`;
const ANSWERS: ScriptedServerOptions['answers'] = [
  { text: 'Hello there.', wordMs: 100 },
  {
    text: 'The answer is long, longer than anybody would like.',
    wordMs: 200,
    tool: { name: 'look_up', arguments: '{"id":"7"}' },
  },
  { text: 'Good bye.', wordMs: 100, handsOff: '{"id":"7","why":"test"}' },
];

const library = new ScenarioLibrary(SCENARIOS);
let server: ScriptedServer | undefined;

function scenarioOf(text: string): Scenario {
  return parseScenario({ name: 'short', file: 'short.yaml', text });
}

async function call(scenario: Scenario, options: Partial<ScriptedServerOptions> = {}) {
  server = await startScriptedServer({ key: KEY, answers: ANSWERS, ...options });
  return placeCall({
    server: server.url,
    key: KEY,
    scenario,
    signal: new AbortController().signal,
    clip: (name) => library.clip('acme-support', 'hts', name),
    onConnected: () => {},
    onLine: () => {},
    onFeed: () => {},
  });
}

function failuresOf(scenario: Scenario, { record }: Awaited<ReturnType<typeof call>>) {
  return checkCall(scenario, record).filter(({ passed }) => !passed);
}

afterEach(async () => {
  await server?.close();
  server = undefined;
});

describe('placing a call', () => {
  it('plays a scenario to its end, cutting in where it says', async () => {
    const scenario = scenarioOf(SCENARIO);
    const placed = await call(scenario);
    expect(failuresOf(scenario, placed)).toEqual([]);
    expect(server?.received).toEqual([
      'session.update',
      'conversation.item.truncate',
      'conversation.item.retrieve',
    ]);
    const wav = readWav(placed.wav);
    expect(wav).toMatchObject({ channels: 2, sampleRate: 8000 });
    expect(wav.pcm.some((sample, at) => at % 2 === 0 && sample !== 0)).toBe(true);
    expect(wav.pcm.some((sample, at) => at % 2 === 1 && sample !== 0)).toBe(true);
  });

  it('fails when the history holds words that nobody heard', async () => {
    const scenario = scenarioOf(SCENARIO);
    const placed = await call(scenario, { forgetsCuts: true });
    expect(failuresOf(scenario, placed)).toMatchObject([
      { what: 'line 4: history drops', expected: 'not "long"' },
    ]);
  });

  it('fails at once when the session ends in the middle', async () => {
    const scenario = scenarioOf(SCENARIO);
    const [greeting] = ANSWERS;
    const placed = await call(scenario, { answers: [{ ...greeting!, handsOff: '{}' }] });
    expect(placed.record.script).toMatchObject({ outcome: 'stuck', line: 2 });
  });

  it('gives up after the time the scenario allows', async () => {
    const scenario = scenarioOf(SCENARIO.replace('limitSeconds: 20', 'limitSeconds: 0.5'));
    const placed = await call(scenario, { answers: [] });
    expect(placed.record.script).toMatchObject({
      outcome: 'stuck',
      problem: 'the call took longer than 0.5 s',
    });
    expect(placed.record.endReason).toBe('callerLeft');
  });

  it('says what the server said when it refuses', async () => {
    server = await startScriptedServer({ key: 'another', answers: [] });
    const placed = placeCall({
      server: server.url,
      key: KEY,
      scenario: scenarioOf(SCENARIO),
      signal: new AbortController().signal,
      clip: (name) => library.clip('acme-support', 'hts', name),
      onConnected: () => {},
      onLine: () => {},
      onFeed: () => {},
    });
    await expect(placed).rejects.toThrowError(
      new CliError(
        'server_refused',
        'The server refused: Wrong key. Give the right one with --key or ANTIPHON_API_KEY.',
      ),
    );
  });

  it('says how to start a server when there is none', async () => {
    server = await startScriptedServer({ key: KEY, answers: [] });
    const { url } = server;
    await server.close();
    server = undefined;
    const placed = placeCall({
      server: url,
      key: KEY,
      scenario: scenarioOf(SCENARIO),
      signal: new AbortController().signal,
      clip: (name) => library.clip('acme-support', 'hts', name),
      onConnected: () => {},
      onLine: () => {},
      onFeed: () => {},
    });
    await expect(placed).rejects.toThrowError('start it with "npm start"');
  });
});
