import { afterEach, describe, expect, it } from 'vitest';
import { framesNoClientKnows, WireTrial } from './testing/wire-trial.ts';

afterEach(() => {
  expect(framesNoClientKnows()).toEqual([]);
});

const objectOf = (trial: WireTrial) =>
  (JSON.parse(trial.socket.frames[0] ?? '{}') as { session: Record<string, unknown> }).session;

describe('a session that is configured before it starts', () => {
  it('shows its configuration at once, and lets the client change it', () => {
    const trial = new WireTrial({ initialSession: { instructions: 'Rhyme.', voice: 'cedar' } });
    expect(objectOf(trial)).toMatchObject({
      instructions: 'Rhyme.',
      audio: { output: { voice: 'cedar' } },
    });
    trial.take();
    trial.send({ type: 'session.update', session: { type: 'realtime', instructions: 'Sing.' } });
    expect(trial.take()).toMatchObject([
      { session: { instructions: 'Sing.', audio: { output: { voice: 'cedar' } } } },
    ]);
  });

  it('is answered as configured, without an update of the client', () => {
    const trial = new WireTrial({ initialSession: { instructions: 'Rhyme.' } });
    trial.type('Hello.');
    trial.send({ type: 'response.create' });
    expect(trial.engine.requests.at(-1)?.config.instructions).toBe('Rhyme.');
  });

  it('listens as configured', () => {
    const trial = new WireTrial({ initialSession: { turnDetection: null } });
    expect(objectOf(trial)).toMatchObject({ audio: { input: { turn_detection: null } } });
  });

  it('only transcribes when it is configured so, and greets nobody', () => {
    const trial = new WireTrial({
      greets: true,
      initialSession: { sessionType: 'transcription' },
      config: { greeting: 'Hello.' },
    });
    expect(objectOf(trial)).toMatchObject({ type: 'transcription' });
    trial.clock.advance(10_000);
    expect(trial.lines()).toHaveLength(1);
  });

  it('keeps its model, whatever the configuration names', () => {
    const trial = new WireTrial({ initialSession: { model: 'another', instructions: 'Rhyme.' } });
    expect(objectOf(trial)).toMatchObject({ model: 'test-model', instructions: 'Rhyme.' });
  });

  it('starts without the configuration that cannot be met, and says so', () => {
    const trial = new WireTrial({
      initialSession: { prompt: { id: 'stored' }, instructions: 'Rhyme.' },
    });
    const [created, error] = trial.take();
    expect(created).toMatchObject({ type: 'session.created', session: { prompt: null } });
    expect(objectOf(trial)['instructions']).not.toBe('Rhyme.');
    expect(error).toMatchObject({ type: 'error', error: { param: 'session.prompt' } });
  });
});
