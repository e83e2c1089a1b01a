import type { ConversationItem } from '@antiphon/session';
import { describe, expect, it } from 'vitest';
import { askedNumber } from './asked-number.ts';

function said(speaker: 'agent' | 'caller', text: string | null): ConversationItem {
  return {
    kind: 'message',
    id: `${speaker} ${text}`,
    speaker,
    medium: 'audio',
    status: 'completed',
    text,
    audioMs: 1000,
  };
}

const UNKNOWN = { kind: 'digits', minLength: 3, maxLength: null };

describe('askedNumber', () => {
  it.each([
    "Sure. What's the order number?",
    'Could you read me your account number, please?',
    'Please enter your PIN.',
    'Tell me the confirmation code. Take your time.',
    'I need your zip code',
  ])('hears that %j asks for a number', (text) => {
    expect(askedNumber([said('agent', text)])).toEqual(UNKNOWN);
  });

  it.each([
    ['What are the last four digits of your card?', 4, 4],
    ['Please say your 6-digit code.', 6, 6],
    ['Can you give me the four or five digits on the label?', 4, 5],
    ['It has 10 to 12 digits. What are the first 3 digits?', 3, 3],
  ])('takes the length from %j', (text, minLength, maxLength) => {
    expect(askedNumber([said('agent', text)])).toEqual({ kind: 'digits', minLength, maxLength });
  });

  it.each([
    'When would you like to come?',
    "I can't find order number 1234.",
    'Are you encoded in any way?',
    '',
  ])('hears no such question in %j', (text) => {
    expect(askedNumber([said('agent', text)])).toBeNull();
  });

  it('reads what the agent was last heard to say', () => {
    const asked = said('agent', 'What is the order number?');
    const unheard = said('agent', '');
    expect(askedNumber([asked, said('caller', 'hold on'), unheard])).toEqual(UNKNOWN);
    expect(askedNumber([asked, said('agent', 'Shall I transfer you?')])).toBeNull();
    expect(askedNumber([])).toBeNull();
  });
});
