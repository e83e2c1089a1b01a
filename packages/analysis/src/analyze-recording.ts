import { wavHeader } from '@antiphon/audio';
import { callAnalysisSchema } from '@antiphon/observability';
import type { CallAnalysis } from '@antiphon/observability';
import type { SessionArchive } from '@antiphon/storage';
import { AnalysisError } from './analysis-error.ts';
import { readAnswer } from './analyst-answer.ts';
import { refuseTooLarge, sizeOf } from './audio-size.ts';
import type { Asking, CallAnalyst } from './call-analyst.ts';
import type { CallSound } from './call-sound.ts';
import { callTranscript } from './call-transcript.ts';
import type { CallTranscript } from './call-transcript.ts';
import { fingerprintOf } from './rubric/rubric.ts';
import type { Rubric } from './rubric/rubric.ts';

const WAV_HEADER_BYTES = 44;

/** What to do with one recording. */
export interface AnalyzeRecordingOptions extends Asking {
  readonly archive: SessionArchive;
  readonly sessionId: string;
  readonly analyst: CallAnalyst;
  readonly rubric: Rubric;
  /**
   * Which result that is kept already makes asking needless: any; one of the same provider, model
   * and rubric; or none.
   */
  readonly reuse: 'any' | 'same' | 'none';
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
  const { archive, sessionId, analyst, rubric, reuse, onProgress = () => {} } = options;
  const { signal, onNotice } = options;
  const kept = reuse === 'none' ? null : await keptAnalysis(archive, sessionId);
  if (kept && (reuse === 'any' || isSameQuestion(kept, options))) {
    return { analysis: kept, isNew: false };
  }
  onProgress('reading the recording');
  const call = await finishedCall(archive, sessionId);
  const { sound, callMs } = await soundOf(archive, sessionId, analyst);
  onProgress(`asking ${analyst.provider} (${analyst.model}) about ${sizeOf(sound.bytes)} of sound`);
  const material = { sound, callMs, transcript: call.text, rubric };
  const asking = { signal, onProgress, onNotice };
  const { answer, answeredBy, usage } = await analyst.analyze(material, asking);
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
  analyst: CallAnalyst,
): Promise<{ sound: CallSound; callMs: number }> {
  const found = await archive.sound(sessionId);
  if (!found || found.frames === 0) throw soundMissing(sessionId);
  const { sampleRate, frames } = found;
  const dataBytes = 2 * frames;
  const callMs = Math.round((frames * 1000) / sampleRate);
  const bytes = WAV_HEADER_BYTES + dataBytes;
  // Looked at before it is read.
  refuseTooLarge({ bytes, callMs }, analyst);
  const pieces = async function* (): AsyncGenerator<Uint8Array> {
    yield wavHeader({ sampleRate, channels: 1, dataBytes });
    let left = dataBytes;
    try {
      for await (const piece of archive.mono(sessionId, frames)) {
        left -= piece.length;
        yield piece;
      }
    } catch (cause) {
      throw soundMissing(sessionId, cause);
    }
    if (left > 0) throw soundMissing(sessionId);
  };
  return { sound: { bytes, pieces }, callMs };
}

function soundMissing(sessionId: string, cause?: unknown): AnalysisError {
  return new AnalysisError(
    'recording_missing',
    `The recording of ${sessionId} has no sound, or not all of it any more: look for its audio.wav.`,
    { cause },
  );
}
