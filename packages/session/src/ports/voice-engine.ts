import type { AudioEncoding, SampleRate } from '@antiphon/audio';
import type { AudioFrame } from './audio-frame.ts';
import type { ConversationItem } from './conversation-item.ts';
import type { ProviderUsage } from './provider-usage.ts';
import type { AnswerOptions, SessionConfig } from './session-config.ts';

/** A written word and where it lies in its item's audio. */
export interface TimedWord {
  /** As written, punctuation included; the words joined by single spaces are the text. */
  readonly text: string;
  /** Of its first spoken token, in milliseconds of the item's audio. */
  readonly startMs: number;
  /** Of its last spoken token: 4471 ends with "one". */
  readonly endMs: number;
}

/** Counts of one generation; zero where an engine does not count. */
export interface Usage {
  readonly inputTextTokens: number;
  readonly inputAudioTokens: number;
  readonly outputTextTokens: number;
  readonly outputAudioTokens: number;
}

/** Nothing was counted. */
export const NO_USAGE: Usage = {
  inputTextTokens: 0,
  inputAudioTokens: 0,
  outputTextTokens: 0,
  outputAudioTokens: 0,
};

/** A moment on the way from a caller's turn to the first sound of the answer. */
export type EngineMark = 'transcriptReady' | 'firstToken' | 'firstSentence' | 'firstByte';

/**
 * What was done to a text before it was spoken: `markup`, `code` or `data` left out, a long `list`
 * counted instead of read, or an answer `shortened`. Of `spelled` the text stays as it is: numbers,
 * dates, amounts and identifiers of it are read in words.
 */
export type SpeechEdit = 'markup' | 'code' | 'data' | 'list' | 'shortened' | 'spelled';

/** Another provider had to take over from the one that is asked first. */
export interface ProviderTookOver {
  readonly service: 'speechToText' | 'languageModel' | 'textToSpeech';
  /** As operators are told of it: the provider's name, its model, perhaps its host. */
  readonly from: string;
  readonly to: string;
  /** It failed, gave nothing within its budget, or was not asked because it failed before. */
  readonly why: 'failed' | 'slow' | 'open';
  /** The code of what failed. */
  readonly code: string | null;
}

/**
 * What an engine reports. Events of a generation come in order, end with exactly one
 * `generation.ended`, and stop at once when it is cancelled (then without an end). At most one
 * message is spoken per generation, before its tool calls.
 */
export type EngineEvent =
  | {
      readonly type: 'transcript';
      readonly itemId: string;
      readonly text: string;
      /** A partial transcript replaces the one before it; the last one is final. */
      readonly isFinal: boolean;
      /**
       * How likely the words so far are all that the caller wants to say, 0 to 1; left out where
       * the engine cannot tell. What the agent asked for counts: 1 when all digits of the number
       * it asked for are there, 0 while some are missing.
       */
      readonly endOfTurn?: number;
      /** Why a final transcript is empty, where recognition failed; without anything that was said. */
      readonly error?: { readonly code: string; readonly message: string };
    }
  /** Written text of the message, to be appended to what came before. */
  | { readonly type: 'generation.text'; readonly generationId: string; readonly delta: string }
  /** The words of audio that is about to come, before that audio. */
  | {
      readonly type: 'generation.words';
      readonly generationId: string;
      readonly words: readonly TimedWord[];
    }
  | {
      readonly type: 'generation.audio';
      readonly generationId: string;
      readonly pcm: Int16Array;
      readonly sampleRate: SampleRate;
    }
  | {
      readonly type: 'generation.toolCall';
      readonly generationId: string;
      readonly callId: string;
      readonly name: string;
      readonly arguments: string;
    }
  /** A piece of the answer has begun to sound: before its first audio. */
  | {
      readonly type: 'generation.piece';
      readonly generationId: string;
      /** Counts the pieces from 0. */
      readonly piece: number;
      /** When it was given to the synthesizer. */
      readonly startedAtMs: number;
      readonly firstByteAtMs: number;
    }
  /** The text told next is not what the model wrote, or is read otherwise than it is written. */
  | {
      readonly type: 'generation.edited';
      readonly generationId: string;
      readonly edits: readonly SpeechEdit[];
    }
  | {
      readonly type: 'generation.mark';
      readonly generationId: string;
      readonly mark: EngineMark;
      readonly atMs: number;
    }
  | {
      readonly type: 'generation.ended';
      readonly generationId: string;
      readonly outcome: 'completed' | 'incomplete' | 'failed';
      readonly usage: Usage;
      /** What failed, without anything the caller said. */
      readonly error?: { readonly code: string; readonly message: string };
    };

/** An answer of the engine's own, or a text to be spoken as it stands. */
export type GenerationRequest =
  | {
      readonly kind: 'answer';
      readonly generationId: string;
      readonly config: SessionConfig;
      readonly options: AnswerOptions;
    }
  | {
      readonly kind: 'say';
      readonly generationId: string;
      readonly config: SessionConfig;
      readonly text: string;
    };

/** What the session gives an engine. */
export interface EngineContext {
  readonly sessionId: string;
  /**
   * The conversation as heard, oldest first, without the open turn. It may be read at any time, in
   * the middle of a turn too, and holds for that moment alone: transcripts of earlier turns may
   * still come, and what is being said may be cut. So an answer reads it when it is made, and
   * nothing that was read is kept without a look at whether it still holds.
   */
  history(): readonly ConversationItem[];
  /** How the caller's audio comes, where the line tells: G.711 can go on as it came. */
  callerEncoding?(): AudioEncoding | undefined;
  /**
   * Words of the caller as the conversation would hold them, were they a final transcript; null
   * where they may be the beginning of a secret. Without it nothing is secret.
   */
  tellable?(text: string): string | null;
  /** Called synchronously for each event; it does not throw. */
  onEvent(event: EngineEvent): void;
  /** Told of providers that were replaced, whatever for; it does not throw. */
  onTookOver?(tookOver: ProviderTookOver): void;
  /** Told what each request to a provider used, where that is known; it does not throw. */
  onUsed?(used: ProviderUsage): void;
}

/** One session's use of an engine. All calls come from the session runtime; none throws. */
export interface EngineSession {
  /** A caller turn begins; its audio follows, the padding before the onset first. */
  beginTurn(itemId: string): void;
  /** Caller audio of the turn that has begun. */
  hear(frame: AudioFrame): void;
  /** The turn is over; its final transcript is owed, empty when nothing was understood. */
  commitTurn(itemId: string): void;
  /** The turn was nothing; no transcript is owed. */
  dropTurn(itemId: string): void;
  /**
   * The caller pauses, and the open turn may be over: an engine that can makes ready the answer to
   * it. Nothing is reported of it. A `generate` of the same kind after `commitTurn` takes it over
   * where the final transcript is what was prepared for; otherwise it is thrown away, as it is by
   * `discardAnswer`, `dropTurn` and the next call of this.
   */
  prepareAnswer(itemId: string, config: SessionConfig): void;
  /** The caller goes on: what was prepared is not wanted. */
  discardAnswer(): void;
  /**
   * Starts a generation; the one before has ended or was cancelled. An answer waits for the
   * transcripts owed. An engine that knows a turn by its words alone fails the answer to one whose
   * recognition failed, with the code of that.
   */
  generate(request: GenerationRequest): void;
  /**
   * Says a few words before the answer that is being made, as the beginning of its message, where
   * nothing of the answer was told yet; else it does nothing. Their events come before the answer's
   * mark `firstToken`. Callers of an engine that cannot do it wait in silence.
   */
  cover?(generationId: string, text: string): void;
  /** Stops a generation: no event of it follows. Unknown ids do nothing. */
  cancel(generationId: string): void;
  /** Frees everything; no event follows. */
  close(): void;
}

/** Turns caller turns into agent speech. It leaves out whose turn it is. */
export interface VoiceEngine {
  /** The `pipeline` line of an agent that selects it. */
  readonly name: string;
  /** Whether its transcripts hold letters that are spelt, so that an e-mail address can be told. */
  readonly hearsSpelling?: boolean;
  open(context: EngineContext): EngineSession;
}
