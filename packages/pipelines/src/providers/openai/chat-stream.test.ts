import { describe, expect, it } from 'vitest';
import type { LanguageModelPart } from '../../cascade/ports/language-model.ts';
import { ChatStream } from './chat-stream.ts';
import { chunkOf, endChunks, textChunks } from './testing/chat-chunks.ts';

const open = () =>
  new ChatStream({ provider: 'The chat model', takesCalls: true, takenIds: new Set() });

const events = (chunks: readonly object[]): Buffer =>
  Buffer.from(chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join(''));

async function rest(stream: ChatStream): Promise<LanguageModelPart[]> {
  const parts: LanguageModelPart[] = [];
  for (;;) {
    const part = await stream.next();
    if (part === null) return parts;
    parts.push(part);
  }
}

const deltas = (parts: readonly LanguageModelPart[]): string[] =>
  parts.flatMap((part) => (part.type === 'text' ? [part.delta] : []));

describe('the parts of an answer', () => {
  it('hold all text that came in one piece, and what came in another is another', async () => {
    const stream = open();
    stream.hear(events(textChunks('It has shipped.')));
    stream.hear(events([...textChunks(' Anything else?'), ...endChunks('stop')]));
    stream.end();
    const parts = await rest(stream);
    expect(deltas(parts)).toEqual(['It has shipped.', ' Anything else?']);
    expect(parts.at(-1)).toMatchObject({ type: 'end', finish: 'stop' });
    expect(stream.isWhole).toBe(true);
  });

  it('are the same wherever a body is cut', async () => {
    const body = events([chunkOf({ content: 'Größe: 👍' }), ...endChunks('stop')]);
    for (let at = 1; at < body.length; at++) {
      const stream = open();
      stream.hear(body.subarray(0, at));
      stream.hear(body.subarray(at));
      stream.end();
      expect(deltas(await rest(stream)).join('')).toBe('Größe: 👍');
    }
  });

  it('come before the failure that follows them, which is told once', async () => {
    const stream = open();
    stream.hear(Buffer.concat([events(textChunks('It has')), Buffer.from('data: {"choi\n\n')]));
    expect(await stream.next()).toEqual({ type: 'text', delta: 'It has' });
    await expect(stream.next()).rejects.toMatchObject({ code: 'provider_garbled' });
    expect(await stream.next()).toBeNull();
    expect([stream.isOver, stream.isWhole]).toEqual([true, false]);
  });

  it('are none for a reader who has left, also one that waits', async () => {
    const stream = open();
    const next = stream.next();
    stream.leave();
    expect(await next).toBeNull();
    stream.hear(events(textChunks('It has shipped.')));
    expect(await stream.next()).toBeNull();
  });

  it('are not held back by what follows the last event', async () => {
    const stream = open();
    stream.hear(events([...textChunks('Yes.'), ...endChunks('stop')]));
    stream.hear(Buffer.from('data: [DONE]\n\ndata: more\n\n'));
    expect(deltas(await rest(stream))).toEqual(['Yes.']);
    expect(stream.isWhole).toBe(true);
  });
});
