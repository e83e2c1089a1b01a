import { readFileSync } from 'node:fs';
import type { Dialogue } from '@antiphon/session';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ScriptedLanguageModel } from './scripted-language-model.ts';
import { SpokenConversation } from './spoken-conversation.ts';

const dialogueUrl = new URL(
  '../../../../../apps/server/agents/acme-support/dialogue.yaml',
  import.meta.url,
);
const dialogue = parse(readFileSync(dialogueUrl, 'utf8')) as Dialogue;

const TOOLS = ['lookup_order', 'trace_package', 'cancel_order', 'transfer_to_human'];
const SHIPPED = { order_id: '4471', status: 'shipped', expected_delivery: 'April 25' };
const READ_BACK = "I'll cancel order 4471, and the money goes back to your card. Shall I go ahead?";
const NOTHING_CANCELLED = 'All right, nothing is cancelled. Can I help with anything else?';

function greeted(): SpokenConversation {
  const model = new ScriptedLanguageModel(dialogue);
  return new SpokenConversation(model, TOOLS).agentSaid('Acme Software support.');
}

/** A caller who has been told about an order. */
async function afterLookup(): Promise<SpokenConversation> {
  const talk = greeted();
  const { calls } = await talk.callerSays('where is my order 4471').answer();
  await talk.toolReturned(calls[0]!.callId, SHIPPED).answer();
  return talk;
}

/** The call that a turn of the caller leads to, and what is said before it. */
async function called(talk: SpokenConversation, turn: string, tool: string) {
  const { text, calls } = await talk.callerSays(turn).answer();
  expect(calls).toMatchObject([{ name: tool, arguments: { order_id: '4471' } }]);
  return { text, callId: calls[0]!.callId };
}

describe('an order that is to be cancelled', () => {
  it('is asked for by its number, and no word is said before its read-back', async () => {
    const talk = greeted();
    expect(await talk.exchange('please cancel my order')).toBe(
      "I can do that. What's the order number?",
    );
    expect(await talk.exchange('four four seven')).toBe(
      "I only got part of that. What's the whole order number?",
    );
    expect((await called(talk, "it's uh four four seven one", 'cancel_order')).text).toBe('');
  });

  it('is known where its number was given', async () => {
    const talk = await afterLookup();
    await called(talk, 'can you cancel that one', 'cancel_order');
    const later = await afterLookup();
    await later.exchange('yes it does');
    await called(later, 'i want to cancel it', 'cancel_order');
  });

  it('is cancelled once the caller said yes to the session', async () => {
    const talk = await afterLookup();
    const { callId } = await called(talk, 'please cancel it', 'cancel_order');
    talk.aside(READ_BACK, 'yes please');
    talk.toolReturned(callId, { order_id: '4471', status: 'cancelled' });
    expect((await talk.answer()).text).toBe(
      'Order 4471 is cancelled, and the money goes back to your card. ' +
        'Can I help with anything else?',
    );
    expect(await talk.exchange("no that's all")).toBe('Thanks for calling. Goodbye.');
  });

  it('is cancelled once the caller said yes to a client that tells of no asides', async () => {
    const talk = await afterLookup();
    const { callId } = await called(talk, 'please cancel it', 'cancel_order');
    const call = talk.history.pop()!;
    expect(call.kind).toBe('toolCall');
    talk.agentSaid(READ_BACK).callerSays('yes please');
    talk.history.push(call);
    talk.toolReturned(callId, { order_id: '4471', status: 'cancelled' });
    expect((await talk.answer()).text).toMatch(/^Order 4471 is cancelled/u);
  });

  it('is kept when the caller says no', async () => {
    const talk = await afterLookup();
    const { callId } = await called(talk, 'please cancel it', 'cancel_order');
    talk.aside(READ_BACK, 'no thanks').toolReturned(callId, { declined: 'refused' });
    expect((await talk.answer()).text).toBe(NOTHING_CANCELLED);
  });

  it.each([
    ['unheard', "You didn't hear all of that, so nothing is cancelled."],
    ['unclear', "I wasn't sure, so nothing is cancelled."],
    ['expired', 'That took too long, so nothing is cancelled.'],
  ])('is kept, and asked for once more, when the consent is %s', async (declined, said) => {
    const talk = await afterLookup();
    const { callId } = await called(talk, 'please cancel it', 'cancel_order');
    talk.toolReturned(callId, { declined });
    expect((await talk.answer()).text).toBe(`${said} Do you still want to cancel it?`);
    const again = await called(talk, 'yes please', 'cancel_order');
    talk.toolReturned(again.callId, { declined: 'expired' });
    await talk.answer();
    expect(await talk.exchange('no thanks')).toBe(NOTHING_CANCELLED);
  });

  it.each(['It is not known whether this was done.', 'The tool took too long and was given up.'])(
    'is not said to be cancelled or kept when nobody knows: %s',
    async (error) => {
      const talk = await afterLookup();
      const { callId } = await called(talk, 'please cancel it', 'cancel_order');
      const { text } = await talk.toolReturned(callId, { error }).answer();
      expect(text).toBe(
        "Something went wrong, so I can't be sure that it's cancelled. " +
          'Shall I transfer you to billing?',
      );
      const { calls } = await talk.callerSays('yes please').answer();
      expect(calls[0]).toMatchObject({
        name: 'transfer_to_human',
        arguments: { order_id: '4471', reason: 'cancel an order' },
      });
    },
  );

  it('cannot be when it was delivered or is not there', async () => {
    const talk = await afterLookup();
    const first = await called(talk, 'please cancel it', 'cancel_order');
    talk.toolReturned(first.callId, { order_id: '4471', status: 'delivered' });
    expect((await talk.answer()).text).toContain("was delivered already, so I can't cancel it");
    const other = await afterLookup();
    const second = await called(other, 'please cancel it', 'cancel_order');
    other.toolReturned(second.callId, { found: false });
    expect((await other.answer()).text).toContain("I can't find order 4471.");
    await called(other, 'four four seven one', 'cancel_order');
  });

  it('goes to billing when it is to be ordered again, too', async () => {
    const talk = await afterLookup();
    expect(await talk.exchange('cancel it and order it again')).toBe(
      'I can cancel it once you confirm, but a reorder goes through billing. Shall I transfer you?',
    );
  });
});

describe('a package that is to be traced', () => {
  it.each(["no it doesn't", 'can you trace it', 'the tracking says something different'])(
    'is, at once, of an order that was told: %s',
    async (turn) => {
      const talk = await afterLookup();
      const { text, callId } = await called(talk, turn, 'trace_package');
      expect(text).toBe("I'm sorry about that. I'll ask the carrier.");
      const found = { location: 'Columbus, Ohio', expected_delivery: 'April 25' };
      expect(
        (await talk.agentSaid('Still on hold.').toolReturned(callId, found).answer()).text,
      ).toBe(
        'The carrier has it in Columbus, Ohio. It should arrive on April 25. ' +
          'Can I help with anything else?',
      );
    },
  );

  it('is asked for by its number where none was given', async () => {
    const talk = greeted();
    expect(await talk.exchange('can you trace my package')).toBe(
      "I can ask the carrier. What's the order number?",
    );
    await called(talk, 'four four seven one', 'trace_package');
  });

  it('is answered by e-mail when the caller took that', async () => {
    const talk = await afterLookup();
    const { callId } = await called(talk, "no it doesn't", 'trace_package');
    talk
      .agentSaid('Still on hold.')
      .aside('Shall I email you the answer?', 'yes please')
      .aside('I have maria.carter@example.com. Is that right?', 'yes that is right')
      .toolReturned(callId, { deferred: 'email' });
    expect((await talk.answer()).text).toBe(
      'It will come by email. Can I help with anything else?',
    );
    expect(await talk.exchange("no that's all")).toBe('Thanks for calling. Goodbye.');
  });

  it('leads to a person when the carrier does not answer', async () => {
    const talk = await afterLookup();
    const { callId } = await called(talk, 'can you trace it', 'trace_package');
    expect((await talk.toolReturned(callId, { error: 'late' }).answer()).text).toBe(
      "I can't find out from the carrier. Shall I transfer you to someone who can check?",
    );
    expect((await talk.callerSays('yes please').answer()).calls).toMatchObject([
      { name: 'transfer_to_human' },
    ]);
  });
});
