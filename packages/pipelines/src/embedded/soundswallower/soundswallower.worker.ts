import { parentPort, workerData } from 'node:worker_threads';
import type { PartialTranscript, Transcript } from '../../cascade/ports/speech-to-text.ts';
import { WORKER_READY } from '../../start-worker.ts';
import type { ChannelMean } from './channel-mean.ts';
import { endOfUtteranceAfter, type EndingModel } from './end-of-utterance.ts';
import { useModel, type HearingModel } from './recognition-graph.ts';
import { createDecoder, loadSoundSwallower, type NativeDecoder } from './sound-swallower.ts';
import { TurnDecoding } from './turn-decoding.ts';

/** What the thread is started with. */
export interface RecogniserData {
  /** Lines of a word and its phones. */
  readonly dictionary: string;
  readonly model: HearingModel;
  readonly endings: EndingModel;
}

/** What the thread is told. A turn begins, takes audio at 8 kHz, and is finished or cancelled. */
export type RecogniserCommand =
  | {
      readonly type: 'begin';
      readonly turn: number;
      readonly sessionId: string;
      readonly channel: ChannelMean | undefined;
    }
  | { readonly type: 'audio'; readonly turn: number; readonly pcm: Int16Array<ArrayBuffer> }
  | { readonly type: 'finish'; readonly turn: number }
  | { readonly type: 'cancel'; readonly turn: number };

/** What the thread tells. `channel` follows `final` and helps with the caller's next turn. */
export type RecogniserReport =
  | { readonly type: 'partial'; readonly turn: number; readonly partial: PartialTranscript }
  | { readonly type: 'final'; readonly turn: number; readonly transcript: Transcript }
  | { readonly type: 'channel'; readonly sessionId: string; readonly channel: ChannelMean };

interface Turn {
  readonly sessionId: string;
  readonly decoding: TurnDecoding;
  decoder: NativeDecoder | undefined;
  isFinished: boolean;
  partial: PartialTranscript;
}

if (parentPort) await serve(parentPort);

async function serve(port: NonNullable<typeof parentPort>): Promise<void> {
  const { dictionary, model, endings } = workerData as RecogniserData;
  const module = await loadSoundSwallower();
  const free: NativeDecoder[] = [];
  const turns = new Map<number, Turn>();
  const post = (report: RecogniserReport): void => port.postMessage(report);

  const create = async (): Promise<NativeDecoder> => {
    const decoder = await createDecoder(module, dictionary);
    useModel(module, decoder, model);
    return decoder;
  };

  const give = (id: number, turn: Turn, decoder: NativeDecoder): void => {
    if (!turns.has(id)) {
      free.push(decoder);
      return;
    }
    turn.decoder = decoder;
    turn.decoding.attach(decoder);
    if (turn.isFinished) finish(id, turn, decoder);
  };

  const finish = (id: number, { decoding, sessionId }: Turn, decoder: NativeDecoder): void => {
    turns.delete(id);
    post({ type: 'final', turn: id, transcript: decoding.finish(decoder) });
    const channel = decoding.channel(decoder);
    if (channel) post({ type: 'channel', sessionId, channel });
    free.push(decoder);
  };

  const listen = (id: number, turn: Turn, pcm: Int16Array): void => {
    turn.decoding.accept(pcm);
    const { words, isClear } = turn.decoding.words();
    const text = words.join(' ');
    const endOfUtterance = isClear ? endOfUtteranceAfter(words, endings) : undefined;
    if (text === turn.partial.text && endOfUtterance === turn.partial.endOfUtterance) return;
    turn.partial = { text, endOfUtterance };
    post({ type: 'partial', turn: id, partial: turn.partial });
  };

  port.on('message', (command: RecogniserCommand) => {
    const id = command.turn;
    if (command.type === 'begin') {
      const turn: Turn = {
        sessionId: command.sessionId,
        decoding: new TurnDecoding(module, command.channel),
        decoder: undefined,
        isFinished: false,
        partial: { text: '' },
      };
      turns.set(id, turn);
      const decoder = free.pop();
      if (decoder) give(id, turn, decoder);
      // A failure here ends the thread, and the turn with it.
      else void create().then((created) => give(id, turn, created));
      return;
    }
    const turn = turns.get(id);
    if (!turn) return;
    if (command.type === 'audio') {
      listen(id, turn, command.pcm);
    } else if (command.type === 'finish') {
      turn.isFinished = true;
      if (turn.decoder) finish(id, turn, turn.decoder);
    } else {
      turns.delete(id);
      turn.decoding.cancel();
      if (turn.decoder) free.push(turn.decoder);
    }
  });

  free.push(await create());
  port.postMessage(WORKER_READY);
}
