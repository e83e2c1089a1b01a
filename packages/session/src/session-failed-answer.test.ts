import { describe, expect, it } from 'vitest';
import { TestSession } from './testing/index.ts';

/** The agent writes six words, is heard saying the first of them, and its engine fails. */
function failing(audible: string, written: string, leg: { playedPosition?: 'estimate' } = {}) {
  const test = new TestSession(leg);
  test.hear(400);
  test.callerTurn();
  const { session } = test.engine;
  const { generationId } = session.request;
  if (audible !== '') session.speak(audible);
  session.emit({ type: 'generation.text', generationId, delta: written });
  session.end('failed');
  test.hear(4_000);
  return test;
}

const said = (test: TestSession) =>
  test.session.control
    .items()
    .flatMap((item) => (item.kind === 'message' && item.speaker === 'agent' ? [item] : []));

describe('an answer that fails in the middle', () => {
  it('is in the history as far as it was spoken', () => {
    const test = failing('one two', ' three four');
    expect(said(test)[0]).toMatchObject({ text: 'one two', status: 'incomplete' });
    expect(test.channel.of('item.truncated')).toMatchObject([
      { heard: 'one two', unheard: 'three four', audioEndMs: 400 },
    ]);
  });

  it('is not in the history where nothing of it was spoken', () => {
    const test = failing('', 'three four');
    expect(said(test)[0]).toMatchObject({ text: '', status: 'incomplete' });
  });

  it('is whole where all that was written was spoken', () => {
    const test = failing('one two', '');
    expect(said(test)[0]).toMatchObject({ text: 'one two', status: 'completed' });
    expect(test.channel.of('item.truncated')).toEqual([]);
  });
});
