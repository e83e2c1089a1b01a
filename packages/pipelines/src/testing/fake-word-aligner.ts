import { samplesToMs } from '@antiphon/audio';
import type { TimedWord } from '@antiphon/session';
import type { AlignmentRequest, WordAligner } from '../cascade/ports/word-aligner.ts';
import { PipelineError } from '../pipeline-error.ts';

/** An aligner to which every character of a text is equally long, as to a fake synthesizer. */
export class FakeWordAligner implements WordAligner {
  readonly name = 'fake-aligner';
  readonly requests: AlignmentRequest[] = [];
  /** The error that every alignment from now on ends with. */
  error: PipelineError | null = null;
  /** Awaited before an answer; at once unless set. */
  ready: Promise<void> = Promise.resolve();
  isClosed = false;

  async align(request: AlignmentRequest): Promise<readonly TimedWord[]> {
    this.requests.push(request);
    await this.ready;
    if (this.isClosed) throw new PipelineError('closed', 'the aligner is closed');
    if (this.error) throw this.error;
    const { text, pcm, sampleRate } = request;
    const msPerCharacter = samplesToMs(pcm.length, sampleRate) / Math.max(1, text.length);
    return [...text.matchAll(/\S+/gu)].map((match) => ({
      text: match[0],
      startMs: match.index * msPerCharacter,
      endMs: (match.index + match[0].length) * msPerCharacter,
    }));
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}
