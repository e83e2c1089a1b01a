import { systemClock } from '@antiphon/session';
import { DrivenClock } from '@antiphon/session/testing';
import { expect } from 'vitest';
import { until } from '../../../testing/until.ts';
import { HeardTrial } from '../../testing/heard-trial.ts';
import type { LocalConnection } from '../../testing/local-socket-server.ts';
import { OpenaiSpeechToText } from '../openai-speech-to-text.ts';
import type { OpenaiSpeechToTextOptions } from '../openai-speech-to-text.ts';
import { LocalTranscriptionServer, TRANSCRIPTION_KEY } from './local-transcription-server.ts';
import type { TranscriptionScript } from './local-transcription-server.ts';

/** Closed after the test, last first. */
export const closing: (() => Promise<void>)[] = [];

/** Closes whatever the last test has started. */
export async function closeTrials(): Promise<void> {
  for (const close of closing.splice(0).toReversed()) await close();
}

/** A recogniser and the server behind it. */
export async function startTrial(
  script: TranscriptionScript = {},
  options: Partial<OpenaiSpeechToTextOptions> = {},
): Promise<{ server: LocalTranscriptionServer; openai: OpenaiSpeechToText }> {
  const server = await LocalTranscriptionServer.start(script);
  const openai = openaiOf(server, options);
  closing.push(
    () => server.close(),
    async () => {
      await openai.close();
      await until(() => server.open === 0);
      // Nothing is left behind.
      if (options.clock instanceof DrivenClock) expect(options.clock.pending).toBe(0);
    },
  );
  return { server, openai };
}

/** A recogniser of a server. */
export function openaiOf(
  { url }: LocalTranscriptionServer,
  options: Partial<OpenaiSpeechToTextOptions> = {},
): OpenaiSpeechToText {
  return new OpenaiSpeechToText({ apiKey: TRANSCRIPTION_KEY, url, clock: systemClock, ...options });
}

/** What comes of a turn of half a second. */
export async function outcomeOf(
  script: TranscriptionScript,
  options: Partial<OpenaiSpeechToTextOptions> = {},
): Promise<{ readonly text: string; readonly message: string }> {
  const { openai } = await startTrial(script, options);
  const trial = new HeardTrial(openai);
  return { text: await trial.outcome(), message: trial.error?.message ?? '' };
}

/** Does something with the connection at events of a type: the first of them, or all. */
export function at(
  type: string,
  run: (connection: LocalConnection) => void,
  isOnce = false,
): TranscriptionScript {
  let count = 0;
  const meets = (event: { readonly type: string }, connection: LocalConnection): boolean => {
    if (event.type !== type || (isOnce && count++ > 0)) return true;
    run(connection);
    return false;
  };
  return { sends: meets, takes: meets };
}
