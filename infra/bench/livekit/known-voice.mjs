import { llm, tts, voice } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';

export const SAMPLE_RATE = 24_000;
const FRAME_MS = 20;

/** A synthesizer that says the words of one speech at their known times, much faster than life. */
export class KnownVoice extends tts.TTS {
  label = 'known-voice';
  speech;
  isTimed;

  constructor(isTimed) {
    super(SAMPLE_RATE, 1, { streaming: true, alignedTranscript: isTimed });
    this.isTimed = isTimed;
  }

  synthesize() {
    throw new Error('this voice only streams');
  }

  stream() {
    return new KnownVoiceStream(this);
  }
}

class KnownVoiceStream extends tts.SynthesizeStream {
  label = 'known-voice-stream';
  #voice;

  constructor(known) {
    super(known);
    this.#voice = known;
  }

  async run() {
    let text = '';
    let said = 0;
    for await (const part of this.input) {
      if (typeof part === 'symbol') continue;
      if (text === '') this.markStarted();
      text += part;
      // A word is whole once a blank follows it.
      const whole = text.split(/\s+/u).length - 1;
      for (; said < whole; said++) await this.#say(said);
    }
    const count = text === '' ? 0 : this.#voice.speech.words.length;
    for (; said < count; said++) await this.#say(said);
    if (!this.#isOver) this.queue.put(tts.SynthesizeStream.END_OF_STREAM);
  }

  get #isOver() {
    return this.abortSignal.aborted || this.queue.closed;
  }

  /** A word's audio, with the pause behind it, in frames; its times come with the first. */
  async #say(index) {
    const { words, lengthMs } = this.#voice.speech;
    const { text, startMs, endMs } = words[index];
    const untilMs = words[index + 1]?.startMs ?? lengthMs;
    const isLast = index === words.length - 1;
    for (let atMs = startMs; atMs < untilMs; atMs += FRAME_MS) {
      if (this.#isOver) return;
      const samples = ((Math.min(untilMs, atMs + FRAME_MS) - atMs) * SAMPLE_RATE) / 1000;
      const timed = voice.createTimedString({
        text: isLast ? text : `${text} `,
        startTime: startMs / 1000,
        endTime: endMs / 1000,
      });
      this.queue.put({
        requestId: 'request',
        segmentId: 'segment',
        frame: new AudioFrame(new Int16Array(samples).fill(1_000), SAMPLE_RATE, 1, samples),
        final: isLast && atMs + FRAME_MS >= untilMs,
        ...(this.#voice.isTimed && atMs === startMs && { timedTranscripts: [timed] }),
      });
    }
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

/** A model that writes the text of one speech, a word at a time. */
export class KnownModel extends llm.LLM {
  speech;

  label() {
    return 'known-model';
  }

  chat({ chatCtx, toolCtx, connOptions }) {
    const options = connOptions ?? { maxRetry: 0, retryIntervalMs: 0, timeoutMs: 10_000 };
    return new KnownModelStream(this, { chatCtx, toolCtx, connOptions: options });
  }
}

class KnownModelStream extends llm.LLMStream {
  #model;

  constructor(model, options) {
    super(model, options);
    this.#model = model;
  }

  async run() {
    for (const content of this.#model.speech.text.split(/(?<=\s)/u)) {
      this.queue.put({ id: 'answer', delta: { role: 'assistant', content } });
    }
  }
}
