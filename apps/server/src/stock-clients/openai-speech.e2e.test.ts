import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OpenAIConversation } from '../testing/openai-conversation.ts';
import { OPENAI_HELPERS } from '../testing/openai-helper.ts';
import { SpokenWords } from '../testing/spoken-words.ts';
import { startTlsServerForTests } from '../testing/stock-tls-server.ts';
import type { ToldEvents } from '../testing/told-events.ts';
import { VoiceApp } from '../testing/voice-app.ts';

const TRANSCRIPT = 'conversation.item.input_audio_transcription.completed';

/** What the caller is understood to have said, by item. */
const understood = async (told: ToldEvents, itemId: unknown): Promise<unknown> => {
  const isIt = (event: { type: string; item_id?: unknown }): boolean =>
    event.type === TRANSCRIPT && event.item_id === itemId;
  return (await told.next(isIt)).transcript;
};

describe('a Realtime helper of an unchanged openai package', () => {
  const running = startTlsServerForTests();

  it.each(OPENAI_HELPERS.filter(({ dialect }) => dialect === 'ga'))(
    '$module has a recorded turn written down where it comes for transcripts alone',
    async ({ dialect, open }) => {
      const helper = await open(dialect, running.server, { transcribes: true });
      const { told } = helper;
      const app = new VoiceApp(helper);
      const created = await told.next('session.created');
      expect(created.session).toMatchObject({ type: 'transcription' });
      await app.microphone.speak('check-on-an-order');
      const { item_id: turn } = await told.next('input_audio_buffer.committed');
      expect(await understood(told, turn)).toContain('check on an order');
      app.close();
      await helper.close();
      expect(told.types.filter((type) => type.startsWith('response.'))).toEqual([]);
      expect(new OpenAIConversation(helper, dialect).unknown).toEqual([]);
      expect(helper.errors).toEqual([]);
    },
  );

  describe.each(OPENAI_HELPERS)('$module', ({ dialect, open }) => {
    let conversation: OpenAIConversation;
    let told: ToldEvents;
    let app: VoiceApp;

    beforeEach(async () => {
      const helper = await open(dialect, running.server);
      conversation = new OpenAIConversation(helper, dialect);
      ({ told } = helper);
      app = new VoiceApp(helper);
      conversation.listen();
      await told.next('session.updated');
    });

    afterEach(async () => {
      app.close();
      const { helper, unknown } = conversation;
      await helper.close();
      expect(unknown).toEqual([]);
      expect(helper.errors).toEqual([]);
    });

    it('has a recorded turn answered', async () => {
      await app.microphone.speak('check-on-an-order');
      await told.next('response.done');
      await conversation.answered('order number?');
      const { item_id: turn } = await told.next('input_audio_buffer.speech_started');
      expect(await understood(told, turn)).toContain('check on an order');
      const added =
        dialect === 'ga'
          ? ['conversation.item.added', 'conversation.item.done']
          : ['conversation.item.created'];
      const ofTurn = told.all.filter(
        ({ item_id: itemId, item }) =>
          itemId === turn || (item as { id: string } | undefined)?.id === turn,
      );
      const inOrder = ofTurn
        .map(({ type }) => type)
        .filter((type) => !type.includes('transcription'));
      expect(inOrder).toEqual([
        'input_audio_buffer.speech_started',
        'input_audio_buffer.speech_stopped',
        'input_audio_buffer.committed',
        ...added,
      ]);
    });

    it('keeps what was heard of an answer that recorded speech cuts short', async () => {
      const created = await told.next('session.created');
      const words = await SpokenWords.of((created.session as { id: string }).id, running.server);
      conversation.ask('where is order 4471');
      const { item_id: answer } = await conversation.answered('tracking shows?');
      await app.speaker.hasPlayed(String(answer), 1_500);
      await app.microphone.speak('cancel-and-reorder');
      const truncated = await told.next('conversation.item.truncated');
      const [cut] = app.cuts;
      expect(cut?.itemId).toBe(answer);
      expect(truncated).toMatchObject({ item_id: answer, audio_end_ms: cut?.playedMs });

      conversation.helper.send({ type: 'conversation.item.retrieve', item_id: answer });
      const { item } = await told.next('conversation.item.retrieved');
      const heard = words.heard(String(answer), cut?.playedMs ?? 0);
      expect(heard).toMatch(/^Order 4471 /u);
      expect(item).toMatchObject({ status: 'incomplete', content: [{ transcript: heard }] });

      await conversation.answered('billing');
      const turn = told.all.findLast(({ type }) => type === 'input_audio_buffer.committed');
      expect(await understood(told, turn?.item_id)).toContain('cancel that one and reorder');
      await words.close();
    });
  });
});
