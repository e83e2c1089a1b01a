import type { Dialogue } from '@antiphon/session';
import { describe, expect, it } from 'vitest';
import { cloakroom, CLOAKROOM } from './cloakroom-dialogue.ts';
import { ScriptedLanguageModel } from './scripted-language-model.ts';
import { expectationsOf } from './stage-expectations.ts';

const NOTHING = { on: {} };

function dialogue(examples: readonly string[], rest: Partial<Dialogue>): Dialogue {
  return {
    slots: {
      pin: { kind: 'digits', minLength: 4, maxLength: 4 },
      account: { kind: 'digits', minLength: 6, maxLength: 8 },
      day: { kind: 'choice', values: ['monday'] },
    },
    intents: { said: { examples }, account: { examples: ['{account}'] } },
    start: 'here',
    stages: { here: { on: { said: { say: ['Yes.'] } } }, there: NOTHING },
    unclear: ['Sorry?'],
    ...rest,
  };
}

describe('expectationsOf', () => {
  it('takes the lengths of the numbers that a stage has a reply to', () => {
    const found = expectationsOf(dialogue(['my pin is {pin}', 'on { day }', '{ account }'], {}));
    expect([...found]).toEqual([['here', { kind: 'digits', minLength: 4, maxLength: 8 }]]);
  });

  it('takes what is understood anywhere where a stage has no number of its own', () => {
    const anywhere = { account: { say: ['One moment.'] } };
    const found = expectationsOf(dialogue(['{pin}'], { anywhere }));
    expect(found.get('here')).toMatchObject({ minLength: 4, maxLength: 4 });
    expect(found.get('there')).toMatchObject({ minLength: 6, maxLength: 8 });
  });

  it('expects nothing where one sentence may hold two numbers', () => {
    expect(expectationsOf(dialogue(['{account} and {pin}', '{pin}'], {})).size).toBe(0);
  });
});

describe('what ScriptedLanguageModel expects', () => {
  const model = new ScriptedLanguageModel(CLOAKROOM);
  const TICKET = { kind: 'digits', minLength: 3, maxLength: 3 };

  it('is the number of the stage that the conversation has come to', async () => {
    const talk = cloakroom();
    expect(model.expects(talk.history)).toBeNull();
    await talk.callerSays('can i get my coat').answer({ heardWords: 1 });
    expect(model.expects(talk.history)).toEqual(TICKET);
  });

  it('is a number that is understood anywhere, at once', () => {
    const anywhere = { ticket: { say: ['One moment.'] } };
    const { door } = CLOAKROOM.stages;
    const open = new ScriptedLanguageModel({ ...CLOAKROOM, anywhere, stages: { door: door! } });
    expect(open.expects([])).toEqual(TICKET);
  });

  it('is not the number that a question asked for of which nothing was heard', async () => {
    const talk = cloakroom();
    await talk.callerSays('can i get my coat').answer({ heardWords: 0 });
    expect(model.expects(talk.history)).toBeNull();
  });
});
