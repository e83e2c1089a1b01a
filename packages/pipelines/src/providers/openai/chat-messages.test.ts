import type { ConversationItem } from '@antiphon/session';
import { describe, expect, it } from 'vitest';
import { chatMessages } from './chat-messages.ts';

const done = { status: 'completed' } as const;

function said(speaker: 'caller' | 'agent' | 'system', text: string | null): ConversationItem {
  return { kind: 'message', id: 'm', ...done, speaker, medium: 'audio', text, audioMs: 0 };
}

function called(callId: string, name: string): ConversationItem {
  return { kind: 'toolCall', id: callId, ...done, callId, name, arguments: `{"of":"${callId}"}` };
}

function told(callId: string, output: string): ConversationItem {
  return { kind: 'toolOutput', id: `${callId}-out`, ...done, callId, output };
}

/** Short forms: `role: text`, calls in brackets. */
function shortened(history: readonly ConversationItem[]): string[] {
  return chatMessages('', history).map((message) => {
    const text = typeof message.content === 'string' ? message.content : '';
    const calls = message.role === 'assistant' ? (message.tool_calls ?? []) : [];
    const names = calls.map(({ id }) => `[${id}]`).join('');
    const of = message.role === 'tool' ? ` ${message.tool_call_id}` : '';
    return `${message.role}${of}: ${text}${names}`;
  });
}

describe('the messages of a conversation', () => {
  it('begin with the instructions, where there are some', () => {
    expect(chatMessages('Be brief.', [])).toEqual([{ role: 'system', content: 'Be brief.' }]);
    expect(chatMessages(' ', [])).toEqual([]);
  });

  it('hold what was heard, and nothing of what was not', () => {
    expect(
      shortened([
        said('agent', 'Hello, who'),
        said('caller', null),
        said('caller', ' '),
        said('system', 'The caller is a member.'),
        said('caller', 'my order'),
        said('agent', ''),
      ]),
    ).toEqual(['assistant: Hello, who', 'system: The caller is a member.', 'user: my order']);
  });

  it('have a call with the words before it, and its output at once', () => {
    expect(
      shortened([
        said('caller', 'my order'),
        said('agent', 'One moment.'),
        called('a', 'lookup'),
        told('a', '{"found":true}'),
      ]),
    ).toEqual(['user: my order', 'assistant: One moment.[a]', 'tool a: {"found":true}']);
  });

  it('move a call to its output, so that what came last is read last', () => {
    expect(
      shortened([
        said('caller', 'my order'),
        called('a', 'lookup'),
        called('b', 'trace'),
        said('agent', 'Let me check.'),
        told('b', '1'),
        told('a', '2'),
        said('caller', 'well?'),
      ]),
    ).toEqual([
      'user: my order',
      'assistant: Let me check.[b][a]',
      'tool b: 1',
      'tool a: 2',
      'user: well?',
    ]);
  });

  it('tell that a call is running', () => {
    expect(
      shortened([
        said('caller', 'my order'),
        called('a', 'lookup'),
        said('agent', 'Let me check.'),
        said('caller', 'when do you close'),
      ]),
    ).toEqual([
      'user: my order',
      'assistant: [a]',
      'tool a: {"status":"running"}',
      'assistant: Let me check.',
      'user: when do you close',
    ]);
  });

  it('have a call for an output whose call is not there', () => {
    expect(chatMessages('', [told('a', '1')])).toEqual([
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'a', type: 'function', function: { name: 'unknown', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'a', content: '1' },
    ]);
  });
});
