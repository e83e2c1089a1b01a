import type { Dialogue } from '@antiphon/session';
import { ScriptedLanguageModel } from './scripted-language-model.ts';
import { SpokenConversation } from './spoken-conversation.ts';

/** A cloakroom: one number, one choice, one tool, nothing in common with order support. */
export const CLOAKROOM: Dialogue = {
  slots: {
    ticket: { kind: 'digits', minLength: 3, maxLength: 3 },
    thing: { kind: 'choice', values: ['coat', 'umbrella', 'rain coat'] },
  },
  intents: {
    fetch: { examples: ['i want my {thing} back', 'can i get my {thing} [please]', 'my {thing}'] },
    ticket: { examples: ['[my ticket is] {ticket}', 'ticket number {ticket}'] },
    hours: { examples: ['when do you close', 'how long are you open'] },
    again: { examples: ['say that again', 'can you repeat that'] },
    yes: { examples: ['yes', 'yes please'] },
    no: { examples: ['no', 'no thanks'] },
  },
  start: 'door',
  anywhere: {
    hours: { say: ['We close at ten.', 'At ten, as I said.'] },
    again: { repeat: true },
  },
  unclear: ['Sorry?', 'Once more, please.'],
  stages: {
    door: {
      on: { fetch: { say: ['Your {thing}. What is your ticket?'], goto: 'ticket' } },
    },
    ticket: {
      on: {
        ticket: {
          say: ['One moment.'],
          call: {
            tool: 'find_hook',
            arguments: { ticket: '{ticket}', thing: '{thing}', nobody: '{nobody}', fast: true },
            results: [
              {
                when: { found: 'true' },
                say: ['Your {thing} hangs on hook {result.hook}. Shall I get it?'],
                goto: 'found',
              },
              { when: { found: 'false' }, say: ['There is no ticket {ticket}.'], goto: 'ticket' },
            ],
            failed: { say: ['I cannot look now.'], goto: 'door' },
          },
        },
      },
      unclear: ['What is your ticket?'],
      incomplete: ['I need all three digits.'],
    },
    found: {
      on: {
        yes: { say: ['Here is your {thing}.'], goto: 'door' },
        no: { say: ['{result.nothing}', 'It stays on hook {result.hook}.'], goto: 'door' },
      },
    },
  },
};

/** A conversation that has not begun. */
export function cloakroom(): SpokenConversation {
  return new SpokenConversation(new ScriptedLanguageModel(CLOAKROOM), ['find_hook']);
}

/** The agent has asked for the number of the ticket. */
export async function atTicket(): Promise<SpokenConversation> {
  const talk = cloakroom();
  await talk.exchange('can i get my coat');
  return talk;
}

/** A conversation whose look-up has been called and not answered. */
export async function whileLooking(): Promise<{ talk: SpokenConversation; callId: string }> {
  const talk = await atTicket();
  const { calls } = await talk.callerSays('one two three').answer();
  return { talk, callId: calls[0]!.callId };
}

/** The agent has told what it found. */
export async function atFound(): Promise<SpokenConversation> {
  const { talk, callId } = await whileLooking();
  await talk.toolReturned(callId, { found: true, hook: 7 }).answer();
  return talk;
}
