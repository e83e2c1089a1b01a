import { afterEach, describe, expect, it } from 'vitest';
import { framesNoClientKnows, WireTrial } from './testing/wire-trial.ts';

afterEach(() => {
  expect(framesNoClientKnows()).toEqual([]);
});

const TOOL = {
  type: 'function',
  name: 'trace',
  parameters: { type: 'object' },
};

/** What was told since the last look, as text. */
const told = (trial: WireTrial) => JSON.stringify(trial.take());

describe('the address on file of a caller', () => {
  it.each(['ga', 'beta'] as const)('comes with an update of a %s client', (dialect) => {
    const trial = new WireTrial({ dialect });
    const known: string[] = [];
    trial.control.setContact = (email) => (known.push(email), null);
    const shape = dialect === 'ga' ? { type: 'realtime' } : { modalities: ['text'] };
    trial.take();
    trial.send({
      type: 'session.update',
      session: { ...shape, tools: [TOOL], antiphon: { contactEmail: 'al@example.org' } },
    });
    expect(known).toEqual(['al@example.org']);
    const frames = told(trial);
    expect(frames).toContain('session.updated');
    expect(frames).not.toContain('al@example.org');
  });

  it('comes with the configuration that a session starts from, and is not shown', () => {
    const trial = new WireTrial({
      greets: true,
      initialSession: { contactEmail: 'al@example.org', instructions: 'Rhyme.' },
    });
    const frames = told(trial);
    expect(frames).toContain('Rhyme.');
    expect(frames).not.toContain('al@example.org');
  });

  it.each(['at home', 'al@example', 'jö@example.com', 'a@example.com,b@example.com', '<al@x.org>'])(
    'is one that can be read aloud; "%s" is refused with all of its update, and not repeated',
    (contactEmail) => {
      const trial = new WireTrial();
      trial.take();
      trial.send({
        type: 'session.update',
        session: { type: 'realtime', instructions: 'Sing.', antiphon: { contactEmail } },
      });
      const [error, ...rest] = trial.take();
      expect(rest).toEqual([]);
      expect(error).toMatchObject({
        type: 'error',
        error: { code: 'invalid_value', param: 'session.antiphon.contactEmail' },
      });
      expect(JSON.stringify(error)).not.toContain(contactEmail);
      expect(trial.control.config.instructions).not.toBe('Sing.');
    },
  );
});
