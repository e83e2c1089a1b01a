import type { AudioFrame } from '@antiphon/session';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  PartialTranscript,
  Recognition,
  SpeechToText,
  Transcript,
} from '../cascade/ports/speech-to-text.ts';
import { until } from './until.ts';
import type { Drive } from './until.ts';

/** A recogniser under test and what it needs. */
export interface SpeechToTextTrial {
  readonly speechToText: SpeechToText;
  /** Audio of one turn in which words are spoken. */
  readonly speech: readonly AudioFrame[];
  /** What that turn says, where it is known. */
  readonly text?: string;
  readonly drive?: Drive;
}

interface Turn {
  readonly recognition: Recognition;
  readonly partials: PartialTranscript[];
  readonly finals: Transcript[];
  readonly errors: Error[];
  /** How often it has ended, one way or the other. */
  readonly ends: () => number;
}

/**
 * The contract of {@link SpeechToText}. `setup` is called once for all tests but the one that
 * closes.
 */
export function describeSpeechToText(
  name: string,
  setup: () => SpeechToTextTrial | Promise<SpeechToTextTrial>,
): void {
  describe(`SpeechToText: ${name}`, () => {
    let trial: SpeechToTextTrial;
    beforeAll(async () => {
      trial = await setup();
    });
    afterAll(() => trial.speechToText.close());

    it('has a name', () => {
      expect(trial.speechToText.name).not.toBe('');
    });

    it('gives exactly one final transcript after finish', async () => {
      const turn = recognise(trial);
      hear(turn, trial);
      expect(turn.ends()).toBe(0);
      turn.recognition.finish();
      await ended(turn, trial);
      await fence(trial);
      expect(turn.errors).toEqual([]);
      expect(turn.finals).toHaveLength(1);
      if (trial.text !== undefined) expect(turn.finals[0]?.text).toBe(trial.text);
      expect(turn.finals[0]?.unclear).toBeGreaterThanOrEqual(0);
      expect(turn.finals[0]?.unclear).toBeLessThanOrEqual(1);
    });

    it('gives partial transcripts only before the final one', async () => {
      const turn = recognise(trial);
      hear(turn, trial);
      turn.recognition.finish();
      await ended(turn, trial);
      const before = turn.partials.length;
      await fence(trial);
      expect(turn.partials).toHaveLength(before);
    });

    it('tells a partial transcript when it is another than the one before, scored from 0 to 1', async () => {
      const turn = recognise(trial);
      hear(turn, trial);
      turn.recognition.finish();
      await ended(turn, trial);
      for (const [index, partial] of turn.partials.entries()) {
        expect(partial).not.toEqual(turn.partials[index - 1]);
        expect(partial.endOfUtterance ?? 0).toBeGreaterThanOrEqual(0);
        expect(partial.endOfUtterance ?? 1).toBeLessThanOrEqual(1);
      }
    });

    it('settles a turn without audio', async () => {
      const turn = recognise(trial);
      turn.recognition.finish();
      await ended(turn, trial);
      expect(turn.ends()).toBe(1);
    });

    it('tells nothing after cancel in the middle of a turn', async () => {
      const turn = recognise(trial);
      hear(turn, trial);
      turn.recognition.cancel();
      const partials = turn.partials.length;
      await fence(trial);
      expect(turn.ends()).toBe(0);
      expect(turn.partials).toHaveLength(partials);
    });

    it('tells nothing when it is cancelled after finish and before the transcript', async () => {
      const turn = recognise(trial);
      hear(turn, trial);
      turn.recognition.finish();
      const ends = turn.ends();
      turn.recognition.cancel();
      await fence(trial);
      expect(turn.ends()).toBe(ends);
    });

    it('bears calls after its end', async () => {
      const turn = recognise(trial);
      hear(turn, trial);
      turn.recognition.finish();
      await ended(turn, trial);
      turn.recognition.cancel();
      turn.recognition.cancel();
      hear(turn, trial);
      turn.recognition.finish();
      await fence(trial);
      expect(turn.ends()).toBe(1);
    });

    it('keeps turns of two sessions apart', async () => {
      const spoken = recognise(trial, 'session-a');
      const silent = recognise(trial, 'session-b');
      hear(spoken, trial);
      silent.recognition.finish();
      spoken.recognition.finish();
      await ended(silent, trial);
      await ended(spoken, trial);
      expect(spoken.ends()).toBe(1);
      expect(silent.ends()).toBe(1);
      if (trial.text !== undefined) expect(spoken.finals[0]?.text).toBe(trial.text);
    });

    it('can be closed twice, with a turn under way', async () => {
      const { speechToText, speech } = await setup();
      const turn = recognise({ speechToText, speech });
      hear(turn, { speech });
      await speechToText.close();
      await speechToText.close();
      turn.recognition.cancel();
      expect(turn.finals).toEqual([]);
    });
  });
}

function recognise(
  { speechToText }: Pick<SpeechToTextTrial, 'speechToText' | 'speech'>,
  sessionId = 'session-a',
): Turn {
  const partials: PartialTranscript[] = [];
  const finals: Transcript[] = [];
  const errors: Error[] = [];
  const recognition = speechToText.recognise(sessionId, {
    onPartial: (partial) => partials.push(partial),
    onFinal: (transcript) => finals.push(transcript),
    onError: (error) => errors.push(error),
  });
  return { recognition, partials, finals, errors, ends: () => finals.length + errors.length };
}

function hear(turn: Turn, { speech }: Pick<SpeechToTextTrial, 'speech'>): void {
  for (const frame of speech) turn.recognition.accept(frame);
}

async function ended(turn: Turn, { drive }: SpeechToTextTrial): Promise<void> {
  await until(() => turn.ends() > 0, drive);
}

/** Whatever else was under way has been told when a whole further turn has ended. */
async function fence(trial: SpeechToTextTrial): Promise<void> {
  const turn = recognise(trial, 'session-fence');
  hear(turn, trial);
  turn.recognition.finish();
  await ended(turn, trial);
}
