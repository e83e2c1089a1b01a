import type { Dialogue } from '@antiphon/session';
import { describe, expect, it } from 'vitest';
import { describeLanguageModel } from '../../testing/language-model-suite.ts';
import { atFound, atTicket, CLOAKROOM, cloakroom, whileLooking } from './cloakroom-dialogue.ts';
import { ScriptedLanguageModel } from './scripted-language-model.ts';
import { SpokenConversation } from './spoken-conversation.ts';

describeLanguageModel('ScriptedLanguageModel', async () => {
  const spoken = cloakroom().callerSays('when do you close');
  const calling = (await atTicket()).callerSays('one two three');
  const request = (talk: SpokenConversation) => ({
    sessionId: 'session',
    instructions: '',
    history: talk.history,
    tools: talk.tools,
    toolChoice: 'auto' as const,
    maxOutputTokens: null,
    temperature: null,
  });
  return {
    languageModel: new ScriptedLanguageModel(CLOAKROOM),
    spoken: request(spoken),
    calling: request(calling),
  };
});

describe('ScriptedLanguageModel', () => {
  it('follows a dialogue from the first turn to the result of a tool', async () => {
    const talk = cloakroom();
    expect(await talk.exchange('Can I get my umbrella, please?')).toBe(
      'Your umbrella. What is your ticket?',
    );
    const { text, calls } = await talk.callerSays('uh one two, um, three').answer();
    expect(text).toBe('One moment.');
    expect(calls).toEqual([
      {
        callId: expect.stringMatching(/^call_[0-9a-f]{32}$/),
        name: 'find_hook',
        arguments: { ticket: '123', thing: 'umbrella', fast: true },
      },
    ]);
    talk.toolReturned(calls[0]!.callId, { found: true, hook: 7 });
    expect((await talk.answer()).text).toBe('Your umbrella hangs on hook 7. Shall I get it?');
    expect(await talk.exchange('yes please')).toBe('Here is your umbrella.');
  });

  it('writes one word at a time and counts words', async () => {
    const parts = await cloakroom().callerSays('when do you close').parts();
    expect(parts).toEqual([
      { type: 'text', delta: 'We' },
      { type: 'text', delta: ' close' },
      { type: 'text', delta: ' at' },
      { type: 'text', delta: ' ten.' },
      {
        type: 'end',
        finish: 'stop',
        usage: {
          inputTextTokens: 6,
          inputAudioTokens: 0,
          outputTextTokens: 4,
          outputAudioTokens: 0,
        },
      },
    ]);
  });

  it('stops at the bound of an answer and makes no call after it', async () => {
    const model = new ScriptedLanguageModel(CLOAKROOM);
    const talk = (await atTicket()).callerSays('one two three');
    const parts = [];
    for await (const part of model.answer({
      sessionId: 'session',
      instructions: '',
      history: talk.history,
      tools: talk.tools,
      toolChoice: 'auto',
      maxOutputTokens: 1,
      temperature: null,
      signal: new AbortController().signal,
    })) {
      parts.push(part.type === 'end' ? part.finish : part);
    }
    expect(parts).toEqual([{ type: 'text', delta: 'One' }, 'length']);
  });

  it('gives equal answers to equal histories', async () => {
    const talk = (await atTicket()).callerSays('something else');
    expect(await talk.parts()).toEqual(await talk.parts());
  });

  it('takes the texts of a reply in turn', async () => {
    const talk = cloakroom();
    expect(await talk.exchange('when do you close')).toBe('We close at ten.');
    expect(await talk.exchange('when do you close')).toBe('At ten, as I said.');
    expect(await talk.exchange('when do you close')).toBe('We close at ten.');
  });

  it('passes over a text with a gap that nothing is known for', async () => {
    const talk = await atFound();
    expect(await talk.exchange('no thanks')).toBe('It stays on hook 7.');
  });

  it('takes the longest value of a choice', async () => {
    expect(await cloakroom().exchange('I want my rain coat back')).toBe(
      'Your rain coat. What is your ticket?',
    );
  });

  it('says that it did not understand in the words of the stage, or of the dialogue', async () => {
    const talk = cloakroom();
    expect(await talk.exchange('the moon is made of cheese')).toBe('Sorry?');
    expect(await talk.exchange('')).toBe('Once more, please.');
    expect(await talk.exchange('my coat')).toBe('Your coat. What is your ticket?');
    expect(await talk.exchange('the moon is made of cheese')).toBe('What is your ticket?');
  });

  it.each(['', 'uh', 'mm-hmm', 'uh-huh'])('takes %j for nothing', async (noise) => {
    const talk = await atFound();
    expect(await talk.exchange(noise)).toBe('Sorry?');
  });

  it('asks for the rest of a number that was heard in part', async () => {
    const talk = await atTicket();
    expect(await talk.exchange('my ticket is one two')).toBe('I need all three digits.');
    expect((await talk.callerSays('one two three').answer()).calls).toHaveLength(1);
  });

  it('says again what it said last, not that it did not understand', async () => {
    const talk = cloakroom();
    talk.agentSaid('Good evening.');
    expect(await talk.exchange('can you repeat that')).toBe('Good evening.');
    await talk.exchange('my coat');
    await talk.exchange('cheese');
    expect(await talk.exchange('say that again')).toBe('Your coat. What is your ticket?');
  });

  it('goes the other way when the result is another', async () => {
    const { talk, callId } = await whileLooking();
    talk.toolReturned(callId, { found: false });
    expect((await talk.answer()).text).toBe('There is no ticket 123.');
    expect((await talk.callerSays('one two four').answer()).calls[0]?.arguments).toMatchObject({
      ticket: '124',
    });
  });

  it.each([
    ['an error', { error: 'the database is gone' }],
    ['a result that no reply is written for', { found: 'perhaps' }],
    ['a text that is no JSON', 'nothing here'],
  ])('goes the failed way after %s', async (_name, output) => {
    const { talk, callId } = await whileLooking();
    talk.toolReturned(callId, output);
    expect((await talk.answer()).text).toBe('I cannot look now.');
    expect(await talk.exchange('my umbrella')).toBe('Your umbrella. What is your ticket?');
  });

  it('goes the failed way when the tool may not be called', async () => {
    const talk = (await atTicket()).callerSays('one two three');
    const parts = await talk.parts({ toolChoice: 'none' });
    const text = parts.map((part) => (part.type === 'text' ? part.delta : '')).join('');
    expect(text).toBe('I cannot look now.');
  });

  it('has nothing to say while a call is running', async () => {
    const { talk } = await whileLooking();
    expect((await talk.answer()).text).toBe('');
  });

  it('answers the caller while a call is running, and the result when it comes', async () => {
    const { talk, callId } = await whileLooking();
    expect(await talk.exchange('when do you close')).toBe('We close at ten.');
    talk.toolReturned(callId, { found: true, hook: 7 });
    expect((await talk.answer()).text).toBe('Your coat hangs on hook 7. Shall I get it?');
  });

  it('gives a result and an answer that are due together in one turn, the question last', async () => {
    const { talk, callId } = await whileLooking();
    talk.toolReturned(callId, { found: true, hook: 7 }).callerSays('when do you close');
    expect((await talk.answer()).text).toBe(
      'We close at ten. Your coat hangs on hook 7. Shall I get it?',
    );
    expect(await talk.exchange('yes')).toBe('Here is your coat.');
  });

  it('gives a result without asking about noise that came with it', async () => {
    const { talk, callId } = await whileLooking();
    talk.callerSays('hm').toolReturned(callId, { found: true, hook: 7 });
    expect((await talk.answer()).text).toBe('Your coat hangs on hook 7. Shall I get it?');
  });

  it('says once more what it said when it is asked for an answer and none is due', async () => {
    const talk = await atTicket();
    expect((await talk.answer()).text).toBe('Your coat. What is your ticket?');
  });

  it('says nothing when nobody has said anything', async () => {
    expect((await cloakroom().answer()).text).toBe('');
  });

  it('refuses a dialogue that starts at a stage it does not have', () => {
    expect(() => new ScriptedLanguageModel({ ...CLOAKROOM, start: 'roof' })).toThrow(
      /starts at roof, which is none of its stages/,
    );
  });
});

describe('ScriptedLanguageModel, with two calls in one answer', () => {
  it('waits for both results', async () => {
    const dialogue: Dialogue = {
      slots: {},
      intents: { both: { examples: ['check the door'] }, wait: { examples: ['check the roof'] } },
      start: 'start',
      unclear: ['Sorry?'],
      stages: {
        start: {
          on: {
            both: checkOf('door'),
            wait: checkOf('roof'),
          },
        },
      },
    };
    const talk = new SpokenConversation(new ScriptedLanguageModel(dialogue), ['door', 'roof']);
    const first = await talk.callerSays('check the door').answer();
    talk.callerSays('check the roof').toolReturned(first.calls[0]!.callId, { next: 'lock' });
    const second = await talk.answer();
    expect(second.text).toBe('The door.');
    expect(second.calls.map((call) => call.name)).toEqual(['roof', 'door']);
    talk.toolReturned(second.calls[0]!.callId, { next: '' });
    expect((await talk.answer()).text).toBe('');
    talk.toolReturned(second.calls[1]!.callId, { next: '' });
    expect((await talk.answer()).text).toBe('roof done. door done.');
  });
});

function checkOf(tool: string) {
  const failed = { say: ['No.'] };
  const done = { when: { next: '' }, say: [`${tool} done.`] };
  const again = { tool, arguments: {}, results: [done], failed };
  return {
    call: {
      tool,
      arguments: {},
      results: [{ when: { next: 'lock' }, say: [`The ${tool}.`], call: again }, done],
      failed,
    },
  };
}
