import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Dialogue } from '@antiphon/session';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { expandExample } from './expand-example.ts';
import { ScriptedLanguageModel } from './scripted-language-model.ts';
import { SpokenConversation } from './spoken-conversation.ts';

const dialogueUrl = new URL(
  '../../../../../apps/server/agents/acme-support/dialogue.yaml',
  import.meta.url,
);
const dialogue = parse(readFileSync(dialogueUrl, 'utf8')) as Dialogue;

const TOOLS = ['lookup_order', 'trace_package', 'cancel_order', 'transfer_to_human'];
const GREETING = 'Acme Software support, Alex speaking. What can I do for you?';
const SHIPPED = { order_id: '4471', status: 'shipped', expected_delivery: 'April 25' };
const READ_BACK =
  'Order 4471 has shipped and should arrive on April 25. Does that fit what your tracking shows?';

function answered(): SpokenConversation {
  const model = new ScriptedLanguageModel(dialogue);
  return new SpokenConversation(model, TOOLS).agentSaid(GREETING);
}

/** A caller who has been told about an order. */
async function afterLookup(result: object, number = 'four four seven one') {
  const talk = answered();
  await talk.exchange("I'd like to check on an order");
  const { calls } = await talk.callerSays(`it's ${number}`).answer();
  const { text } = await talk.toolReturned(calls[0]!.callId, result).answer();
  return { talk, text };
}

describe('the acme-support dialogue', () => {
  it('holds the worked conversation', async () => {
    const talk = answered();
    expect(await talk.exchange("Hi, I'd like to check on an order from last week.")).toBe(
      "Sure. What's the order number?",
    );

    const lookup = await talk.callerSays("It's, uh, four four seven one.").answer();
    expect(lookup.text).toBe('One moment.');
    expect(lookup.calls).toMatchObject([{ name: 'lookup_order', arguments: { order_id: '4471' } }]);

    talk.toolReturned(lookup.calls[0]!.callId, SHIPPED);
    expect((await talk.answer({ heardWords: 6 })).text).toBe(READ_BACK);

    const offer = await talk.exchange(
      'Wait, can you cancel that one and reorder it with overnight shipping?',
    );
    expect(offer).toBe(
      'I can cancel it once you confirm, but a reorder goes through billing. Shall I transfer you?',
    );

    const transfer = await talk.callerSays('Yes, please.').answer();
    expect(transfer.text).toBe("Thanks for calling. I'm putting you through to billing now.");
    expect(transfer.calls).toMatchObject([
      {
        name: 'transfer_to_human',
        arguments: {
          reason: 'cancel and reorder',
          summary: 'The caller wants to cancel the order and reorder it with overnight shipping.',
          order_id: '4471',
        },
      },
    ]);
  });

  it('looks an order up at once when the caller begins with its number', async () => {
    const { calls } = await answered().callerSays('where is my order 55129').answer();
    expect(calls).toMatchObject([{ name: 'lookup_order', arguments: { order_id: '55129' } }]);
  });

  it('offers a person for a delayed order, the new date first', async () => {
    const delayed = { order_id: '55129', status: 'delayed', expected_delivery: 'May 6' };
    const { talk, text } = await afterLookup(delayed, 'five five one two nine');
    expect(text).toBe(
      'Order 55129 should now arrive on May 6. Sorry for the delay. ' +
        'Would you like to speak to someone about it?',
    );
    const { text: farewell, calls } = await talk.callerSays('sure').answer();
    expect(farewell).toBe("Thanks for calling. I'm putting you through to a person now.");
    expect(calls[0]?.arguments).toMatchObject({ reason: 'delayed order', order_id: '55129' });
  });

  it('asks twice more for a number that is not there, then offers a person', async () => {
    const talk = answered();
    await talk.exchange('where is my package');
    const replies: string[] = [];
    for (const number of ['one two three four', 'one two three five', 'one two three six']) {
      const { calls } = await talk.callerSays(number).answer();
      replies.push((await talk.toolReturned(calls[0]!.callId, { found: false }).answer()).text);
    }
    expect(replies).toEqual([
      "I can't find order 1234. Could you read me the number again?",
      "I can't find 1235 either. Could you read it once more?",
      "I still can't find it. Shall I transfer you to a person?",
    ]);
    expect(await talk.exchange('no thank you')).toBe('All right. What else can I do for you?');
  });

  it('does not take a call that was cut off before it was made for a later one', async () => {
    const talk = answered();
    await talk.exchange('where is my package');
    await talk.callerSays('four four seven two').answer({ heardWords: 1, isCutBeforeCalls: true });
    const replies: string[] = [];
    for (const number of ['no one two three four', 'one two three five']) {
      const { calls } = await talk.callerSays(number).answer();
      replies.push((await talk.toolReturned(calls[0]!.callId, { found: false }).answer()).text);
    }
    expect(replies.at(-1)).toBe("I can't find 1235 either. Could you read it once more?");
  });

  it('asks for the whole number when it heard a part of it', async () => {
    const talk = answered();
    await talk.exchange('i want to check on an order i placed last week');
    expect(await talk.exchange('four four seven')).toBe(
      "I only got part of that. What's the whole order number?",
    );
    const { calls } = await talk.callerSays('four four seven one').answer();
    expect(calls[0]?.arguments).toEqual({ order_id: '4471' });
  });

  it('joins a number that a pause cut in two before the agent was heard', async () => {
    const talk = answered();
    await talk.exchange('where is my package');
    await talk.callerSays("it's uh four four").answer({ heardWords: 0 });
    const { calls } = await talk.callerSays('seven one').answer();
    expect(calls[0]?.arguments).toEqual({ order_id: '4471' });
  });

  it.each([
    [["it's uh four"], 'four seven one', '4471'],
    [["it's uh", 'four four'], 'seven one', '4471'],
    [['where is my package', 'the number is five five'], 'one two nine', '55129'],
  ])(
    'takes %j and %j for one turn when no answer was heard between',
    async (begun, rest, order) => {
      const talk = answered();
      await talk.exchange("I'd like to check on an order");
      for (const text of begun) await talk.callerSays(text).answer({ heardWords: 0 });
      const { calls } = await talk.callerSays(rest).answer();
      expect(calls.map((call) => call.arguments)).toEqual([{ order_id: order }]);
    },
  );

  it.each([0, 1, 2])(
    'looks up a number that goes on after %i words of the answer',
    async (heardWords) => {
      const talk = answered();
      await talk.exchange('where is my package');
      const first = await talk.callerSays('five five one two').answer({ heardWords });
      expect(first.calls[0]?.arguments).toEqual({ order_id: '5512' });
      const second = await talk.callerSays('nine').answer();
      expect(second.calls.map((call) => call.arguments)).toEqual([{ order_id: '55129' }]);
      talk.toolReturned(first.calls[0]!.callId, { found: false });
      expect((await talk.answer()).text).toBe('');
      talk.toolReturned(second.calls[0]!.callId, { ...SHIPPED, order_id: '55129' });
      expect((await talk.answer()).text).toContain('Order 55129 has shipped');
    },
  );

  it('keeps looking up a number when a sound follows it', async () => {
    const talk = answered();
    await talk.exchange('where is my package');
    const { calls } = await talk.callerSays('four four seven one').answer();
    expect((await talk.callerSays('cheese').answer()).calls).toEqual([]);
    expect((await talk.toolReturned(calls[0]!.callId, SHIPPED).answer()).text).toBe(READ_BACK);
  });

  it('says the date again when the caller asks when', async () => {
    const { talk } = await afterLookup(SHIPPED);
    expect(await talk.exchange('when will it get here')).toBe(
      'It has shipped and should arrive on April 25. Can I help with anything else?',
    );
  });

  it('repeats itself when asked to', async () => {
    const { talk } = await afterLookup(SHIPPED);
    expect(await talk.exchange('can you repeat that please')).toBe(READ_BACK);
  });

  it('closes when the caller wants nothing else', async () => {
    const { talk } = await afterLookup(SHIPPED);
    expect(await talk.exchange('yes that is right')).toBe('Great. Can I help with anything else?');
    expect(await talk.exchange('no thank you')).toBe('Thanks for calling. Goodbye.');
  });

  it('goes on when the caller declines the transfer', async () => {
    const talk = answered();
    expect(await talk.exchange('can i get a refund on that')).toBe(
      'Refunds go through billing. Shall I transfer you?',
    );
    expect(await talk.exchange('no thank you')).toBe('All right. What else can I do for you?');
  });

  it('passes the caller on at once when a person is asked for', async () => {
    const { calls } = await answered().callerSays("i'd like to speak to a human agent").answer();
    expect(calls).toMatchObject([
      { name: 'transfer_to_human', arguments: { reason: 'asked for a person' } },
    ]);
    expect(calls[0]?.arguments).not.toHaveProperty('order_id');
  });

  it('says what it is only when asked', async () => {
    const talk = answered();
    expect(await talk.exchange('are you a robot')).toContain('automated assistant');
  });

  it('offers a person when the look-up fails', async () => {
    const { talk, text } = await afterLookup({ error: 'down' });
    expect(text).toBe("I can't look that up right now. Shall I transfer you to a person?");
    expect((await talk.callerSays('yes please').answer()).calls).toHaveLength(1);
  });

  it.each(['mm-hmm', 'uh-huh', '', 'uh'])('does not take %j for a yes', async (sound) => {
    const talk = answered();
    await talk.exchange('can i get a refund on that');
    expect((await talk.callerSays(sound).answer()).calls).toEqual([]);
  });

  it('speaks in turns of under forty words and at most three sentences', () => {
    for (const text of agentTexts(dialogue)) {
      expect(text.split(' ').length, text).toBeLessThan(40);
      expect(text.match(/[.?!](?= |$)/g)?.length ?? 0, text).toBeLessThanOrEqual(3);
    }
  });

  it('uses only words of the pronouncing dictionary', () => {
    const require = createRequire(import.meta.url);
    const dictionary = join(dirname(require.resolve('soundswallower')), 'model/en-us/dict.txt');
    const known = new Set(
      readFileSync(dictionary, 'utf8')
        .split('\n')
        .map((line) => line.split(' ')[0]),
    );
    const examples = Object.values(dialogue.intents).flatMap((intent) => intent.examples);
    const words = [...examples.flatMap(expandExample), ...agentTexts(dialogue)].flatMap(
      (text) =>
        text
          .replaceAll(/\{[^}]*\}/g, ' ')
          .toLowerCase()
          .match(/[a-z']+/g) ?? [],
    );
    expect([...new Set(words)].filter((word) => !known.has(word))).toEqual([]);
  });
});

/** Everything the dialogue has the agent say. */
function agentTexts({ unclear, stages, anywhere }: Dialogue): string[] {
  const texts: string[] = [];
  const collect = (value: unknown, key: string): void => {
    if (typeof value === 'string') {
      if (!['goto', 'tool'].includes(key)) texts.push(value);
      return;
    }
    if (typeof value !== 'object' || value === null) return;
    for (const [name, member] of Object.entries(value)) {
      if (['arguments', 'when', 'set'].includes(name)) continue;
      collect(member, Array.isArray(value) ? key : name);
    }
  };
  collect({ unclear, stages, anywhere }, '');
  return texts;
}
