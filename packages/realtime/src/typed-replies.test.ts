import { PLAIN_TOOL } from '@antiphon/session';
import { afterEach, describe, expect, it } from 'vitest';
import { framesNoClientKnows, WireTrial } from './testing/wire-trial.ts';

afterEach(() => {
  expect(framesNoClientKnows()).toEqual([]);
});

const TRACE = {
  ...PLAIN_TOOL,
  name: 'trace',
  description: 'Takes long.',
  parameters: { type: 'object' },
  runs: 'server',
  deadlineMs: 1_000,
  followUp: { subject: 'It', body: '{result}' },
} as const;

const CANCEL = {
  ...TRACE,
  name: 'cancel',
  confirm: 'verbal',
  readBack: '[Cancel it]. Shall I?',
} as const;

/** What is asked for next is spoken, and heard for so long. */
function speak(trial: WireTrial, ms: number): void {
  const { request } = trial.engine;
  if (request.kind === 'say') {
    trial.engine.speak(request.text);
    trial.engine.end();
  }
  trial.clock.advance(ms);
}

function types(trial: WireTrial, text: string): void {
  const content = [{ type: 'input_text', text }];
  const item = { type: 'message', role: 'user', content };
  trial.send({ type: 'conversation.item.create', item });
  trial.send({ type: 'response.create' });
}

function called(name: string): WireTrial {
  const trial = new WireTrial({ config: { tools: [TRACE, CANCEL], greeting: null } });
  trial.send({ type: 'response.create' });
  trial.engine.call(name, '{}', 'c');
  trial.engine.end();
  return trial;
}

describe('replies that a client types', () => {
  it('answer one question after another, each with its response.create', async () => {
    const trial = called('trace');
    trial.clock.advance(500);
    speak(trial, 600);
    speak(trial, 4_000);
    types(trial, 'yes please');
    speak(trial, 4_000);
    types(trial, 'yes');
    await Promise.resolve();
    expect(trial.followUps.promised.map(({ to }) => to)).toEqual(['jo@example.com']);
    expect(trial.engine.request.kind).toBe('answer');
  });

  it('let a tool run that wants consent, whose result is the answer', async () => {
    const trial = called('cancel');
    speak(trial, 4_000);
    types(trial, 'yes');
    expect(trial.tools.running).toHaveLength(1);
    await trial.tools.finish('{}');
    expect(trial.engine.request.kind).toBe('answer');
    trial.engine.speak('It is cancelled.');
    trial.engine.end();
    trial.clock.advance(2_000);
    types(trial, 'thanks');
    expect(trial.engine.requests.filter(({ kind }) => kind === 'answer')).toHaveLength(3);
  });
});
