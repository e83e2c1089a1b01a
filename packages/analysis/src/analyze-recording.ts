import { writeWav } from '@antiphon/audio';
import { callAnalysisSchema } from '@antiphon/observability';
import type { CallAnalysis } from '@antiphon/observability';
import type { SessionArchive } from '@antiphon/storage';
import { AnalysisError } from './analysis-error.ts';
import { readAnswer } from './analyst-answer.ts';
import { sizeOf, tooLarge } from './audio-size.ts';
import type { CallAnalyst } from './call-analyst.ts';
import { callTranscript } from './call-transcript.ts';
import type { CallTranscript } from './call-transcript.ts';
import { fingerprintOf } from './rubric/rubric.ts';
import type { Rubric } from './rubric/rubric.ts';

const WAV_HEADER_BYTES = 44;

/** What to do with one recording. */
export interface AnalyzeRecordingOptions {
  readonly archive: SessionArchive;
  readonly sessionId: string;
  readonly analyst: CallAnalyst;
  readonly rubric: Rubric;
  /**
   * Which result that is kept already makes asking needless: any; one of the same provider, model
   * and rubric; or none.
   */
  readonly reuse: 'any' | 'same' | 'none';
  readonly signal: AbortSignal;
  /** Told, in a few words, what is done. */
  readonly onProgress?: (doing: string) => void;
}

/** A result, and whether it was made just now. */
export interface AnalyzedRecording {
  readonly analysis: CallAnalysis;
  readonly isNew: boolean;
}

/**
 * Has a recorded call judged and keeps the result beside the recording. Rejects with an
 * AnalysisError; then whatever was kept is kept still.
 */
export async function analyzeRecording(
  options: AnalyzeRecordingOptions,
): Promise<AnalyzedRecording> {
  const { archive, sessionId, analyst, rubric, reuse, signal, onProgress = () => {} } = options;
  const kept = reuse === 'none' ? null : await keptAnalysis(archive, sessionId);
  if (kept && (reuse === 'any' || isSameQuestion(kept, options))) {
    return { analysis: kept, isNew: false };
  }
  onProgress('reading the recording');
  const call = await finishedCall(archive, sessionId);
  const { wav, callMs } = await soundOf(archive, sessionId, analyst);
  onProgress(`asking ${analyst.provider} (${analyst.model}) about ${sizeOf(wav.length)} of sound`);
  const material = { wav, callMs, transcript: call.text, rubric };
  const { answer, answeredBy, usage } = await analyst.analyze(material, signal);
  const analysis: CallAnalysis = {
    version: 1,
    sessionId,
    agent: call.agent,
    analyzedAt: new Date().toISOString(),
    analyst: { provider: analyst.provider, model: analyst.model, answeredBy },
    rubric: { name: rubric.name, fingerprint: fingerprintOf(rubric) },
    callMs,
    ...readAnswer(answer, { rubric, callMs }),
    usage,
  };
  try {
    await archive.keepAnalysis(sessionId, analysis);
  } catch (cause) {
    const { code = 'unknown' } = cause as NodeJS.ErrnoException;
    throw new AnalysisError(
      'not_kept',
      `The analysis of ${sessionId} cannot be written beside its recording (${code}). ` +
        'Make room or allow it to be written there, and analyze it again.',
      { cause },
    );
  }
  return { analysis, isNew: true };
}

/** What was kept of a session; null where nothing was, or nothing that can be read. */
export async function keptAnalysis(
  archive: SessionArchive,
  sessionId: string,
): Promise<CallAnalysis | null> {
  const kept = callAnalysisSchema.safeParse(await archive.analysis(sessionId));
  return kept.success ? kept.data : null;
}

function isSameQuestion(
  kept: CallAnalysis,
  { analyst, rubric }: Pick<AnalyzeRecordingOptions, 'analyst' | 'rubric'>,
): boolean {
  const { provider, model } = kept.analyst;
  return (
    provider === analyst.provider &&
    model === analyst.model &&
    kept.rubric.fingerprint === fingerprintOf(rubric)
  );
}

async function finishedCall(archive: SessionArchive, sessionId: string): Promise<CallTranscript> {
  const events = await archive.events(sessionId);
  if (!events) {
    throw new AnalysisError(
      'recording_missing',
      `There is no recording of ${sessionId}: no events.jsonl. Look whether recordings are on ` +
        '(ANTIPHON_RECORDINGS), and kept where you look (ANTIPHON_DATA_DIR).',
    );
  }
  const call = callTranscript(events);
  if (!call.isOver) {
    throw new AnalysisError(
      'recording_unfinished',
      `The recording of ${sessionId} has no end: wait until the call is over. A call whose server ` +
        'died never ends and cannot be analyzed.',
    );
  }
  if (!call.isSpoken) {
    throw new AnalysisError(
      'nothing_said',
      `The caller of ${sessionId} said nothing: there is nothing to analyze.`,
    );
  }
  return call;
}

async function soundOf(
  archive: SessionArchive,
  sessionId: string,
  { mostAudioBytes, provider }: CallAnalyst,
): Promise<{ wav: Uint8Array; callMs: number }> {
  const sound = await archive.sound(sessionId);
  if (!sound || sound.frames === 0) {
    throw new AnalysisError(
      'recording_missing',
      `The recording of ${sessionId} has no sound: audio.wav is missing or empty.`,
    );
  }
  const { sampleRate, frames } = sound;
  // Looked at before it is read: a day of sound is more than a process should hold.
  const bytes = WAV_HEADER_BYTES + 2 * frames;
  if (bytes > mostAudioBytes) throw tooLarge({ bytes, mostAudioBytes, provider });
  const pcm = await archive.mono(sessionId);
  const wav = writeWav(pcm ?? new Int16Array(0), { sampleRate, channels: 1 });
  return { wav, callMs: Math.round((frames * 1000) / sampleRate) };
}
