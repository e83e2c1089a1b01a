import { describe, expect, it } from 'vitest';
import type { ConversationEntry } from './conversation.ts';
import { Conversation } from './conversation.ts';
import type { MessageItem } from './ports/conversation-item.ts';

const message = (id: string, speaker: 'caller' | 'agent' = 'caller'): MessageItem => ({
  kind: 'message',
  id,
  speaker,
  medium: 'audio',
  status: 'inProgress',
  text: null,
  audioMs: 0,
});

describe('Conversation', () => {
  it('places items at the end, at the front or after another', () => {
    const conversation = new Conversation();
    conversation.append({ type: 'added', item: message('b') });
    conversation.append({ type: 'added', item: message('a'), afterId: null });
    conversation.append({ type: 'added', item: message('c'), afterId: 'a' });
    expect(conversation.items.map((item) => item.id)).toEqual(['a', 'c', 'b']);
    expect(conversation.previousId('c')).toBe('a');
    expect(conversation.previousId('a')).toBeNull();
  });

  it('keeps only what was heard of an item that was cut', () => {
    const conversation = new Conversation();
    conversation.append({ type: 'added', item: message('a', 'agent') });
    conversation.append({ type: 'written', itemId: 'a', delta: 'one two ' });
    conversation.append({ type: 'written', itemId: 'a', delta: 'three' });
    conversation.append({ type: 'truncated', itemId: 'a', text: 'one', audioMs: 210 });
    expect(conversation.message('a')).toMatchObject({
      text: 'one',
      status: 'incomplete',
      audioMs: 210,
    });
  });

  it('is rebuilt from its log', () => {
    const log: ConversationEntry[] = [];
    const conversation = new Conversation((entry) => log.push(entry));
    conversation.append({ type: 'added', item: message('a') });
    conversation.append({ type: 'transcribed', itemId: 'a', text: 'hello' });
    conversation.append({ type: 'added', item: message('b', 'agent') });
    conversation.append({ type: 'written', itemId: 'b', delta: 'hi' });
    conversation.append({ type: 'completed', itemId: 'b', audioMs: 300 });
    conversation.append({ type: 'deleted', itemId: 'a' });
    const again = new Conversation();
    for (const entry of JSON.parse(JSON.stringify(log)) as ConversationEntry[]) again.append(entry);
    expect(again.items).toEqual(conversation.items);
  });

  it('does not log what had no effect', () => {
    const log: ConversationEntry[] = [];
    const conversation = new Conversation((entry) => log.push(entry));
    conversation.append({ type: 'added', item: message('a') });
    conversation.append({ type: 'added', item: message('a') });
    conversation.append({ type: 'added', item: message('b'), afterId: 'nowhere' });
    conversation.append({ type: 'deleted', itemId: 'nowhere' });
    expect(log).toHaveLength(1);
  });
});
