import { verdictOfKey, verdictOfTurn } from './consent-verdict.ts';
import type { AskedConsent } from './consent-verdict.ts';
import type { CommittedTurn } from './caller-turn.ts';
import type { ConsentVerdict, GenerationKind } from './ports/session-event.ts';
import type { ReadBack } from './read-back.ts';
import type { SessionParts } from './session-parts.ts';
import type { Question, ReplyReading } from './session.facts.ts';
import { readAddress } from './read-address.ts';
import { sayAddress } from './say-address.ts';
import type { ToolDesk } from './tool-desk.ts';
import { readReply } from './yes-or-no.ts';

/** Listeners say these without agreeing to anything; to a mere offer they are a yes. */
const ACCEPTANCE =
  /^(?:uh |um |oh |yeah |okay |ok )*(?:okay|ok|sure|fine|alright|all right|yeah|yep)[.!]?$/iu;

/** The question that is open, and what was said of it. */
interface OpenQuestion {
  readonly question: Question;
  readonly text: string;
  readonly readBack: ReadBack | null;
  /** The address that is read to the caller. */
  readonly address: string | null;
  readonly askedAtMs: number;
  /**
   * Its items: the first, and what was said again after a false alarm; each with the instant at
   * which it had been played to its end.
   */
  readonly items: { readonly itemId: string; playedAtMs: number | null }[];
}

/** What a session's questions need. */
export interface QuestionDeskOptions {
  readonly parts: SessionParts;
  readonly tools: ToolDesk;
  readonly lastTurn: () => CommittedTurn | null;
  /** Whether an address can be told at any time. */
  readonly hearsSpelling: boolean;
}

/**
 * Asks what the session itself has to ask, and reads the replies. Consent is given by the caller
 * alone: no text of a model is looked at, only which words of the read-back were played, and the
 * caller's own words or keys afterwards.
 */
export class QuestionDesk {
  readonly #options: QuestionDeskOptions;
  #open: OpenQuestion | null = null;
  /** The reply whose words are awaited. */
  #awaited: { readonly question: Question; readonly itemId: string } | null = null;
  #digit: string | null = null;
  readonly #verdicts = new Map<string, ConsentVerdict>();

  constructor(options: QuestionDeskOptions) {
    this.#options = options;
  }

  /** The words of a question that is about to be asked; empty when it cannot be. */
  ask(kind: GenerationKind, callIds: readonly string[]): string {
    const { parts, tools } = this.#options;
    const { toolPhrases } = parts.config();
    this.#awaited = null;
    this.#digit = null;
    if (kind === 'readBack') return this.#askConsent(callIds);
    if (kind === 'offer') {
      this.#tellOffer('followUp.offered', callIds);
      return this.#begin({ kind: 'offer', callIds }, toolPhrases.offer);
    }
    if (kind === 'addressAsk') {
      return this.#begin({ kind: 'newAddress', callIds }, toolPhrases.addressAsk);
    }
    const address = tools.email ?? '';
    const said = sayAddress(address) ?? '';
    const text = toolPhrases.addressCheck.replaceAll('{address}', () => said);
    return this.#begin({ kind: 'address', callIds }, text, { address });
  }

  /** An item of the agent's has begun. */
  spoke(kind: GenerationKind, itemId: string): void {
    const asks = kind === 'readBack' || kind === 'offer' || kind === 'resumption';
    if (asks || kind === 'addressCheck' || kind === 'addressAsk') {
      this.#open?.items.push({ itemId, playedAtMs: null });
    }
  }

  /** All of an item was heard. */
  played(itemId: string): void {
    const item = this.#open?.items.find((one) => one.itemId === itemId);
    if (item) item.playedAtMs = this.#options.parts.clock.now();
  }

  /** The caller has replied, in an item or with a key. */
  weigh(question: Question, itemId: string | null): void {
    if (itemId === null) {
      this.#answer(question, this.#readKey(question));
      return;
    }
    this.#awaited = { question, itemId };
    this.transcribed(itemId);
  }

  /** The words of an item are final, if it is the reply. */
  transcribed(itemId: string): void {
    const awaited = this.#awaited;
    if (awaited?.itemId !== itemId) return;
    const text = this.#options.parts.conversation.message(itemId)?.text ?? null;
    if (text === null) return;
    this.#awaited = null;
    this.#answer(awaited.question, this.#readWords(awaited.question, itemId, text));
  }

  /** A key of the keypad; whether it answers a question. */
  press(digit: string): boolean {
    const question = this.#open?.question;
    const callId = question?.kind === 'consent' ? (question.callIds[0] ?? '') : '';
    if (this.#options.tools.pending(callId)?.tool.confirm !== 'dtmf') return false;
    this.#digit = digit;
    return true;
  }

  /** Why a call may not run. */
  verdictOf(callId: string): ConsentVerdict {
    return this.#verdicts.get(callId) ?? 'unheard';
  }

  /** A call was declined: nothing is open about it any more. */
  close(callId: string): void {
    const verdict =
      this.#verdicts.get(callId) ?? (this.#isOpenAbout(callId) ? 'expired' : 'unheard');
    if (!this.#verdicts.has(callId)) this.#decide(callId, verdict);
    if (this.#isOpenAbout(callId)) this.#open = null;
  }

  #isOpenAbout(callId: string): boolean {
    return this.#open?.question.callIds.includes(callId) ?? false;
  }

  #askConsent(callIds: readonly string[]): string {
    const { parts, tools } = this.#options;
    const callId = callIds[0] ?? '';
    const pending = tools.pending(callId);
    if (!pending) return '';
    const { readBack, tool } = pending;
    if (!readBack) return '';
    parts.notify({ type: 'consent.asked', callId, name: tool.name });
    return this.#begin({ kind: 'consent', callIds }, readBack.text, { readBack });
  }

  #begin(
    question: Question,
    text: string,
    about: Partial<Pick<OpenQuestion, 'readBack' | 'address'>> = {},
  ): string {
    const askedAtMs = this.#options.parts.clock.now();
    this.#open = { question, text, readBack: null, address: null, ...about, askedAtMs, items: [] };
    return text;
  }

  #readWords(question: Question, itemId: string, text: string): ReplyReading {
    if (question.kind === 'newAddress') {
      const address = readAddress(text);
      return address === null ? 'no' : this.#takeAddress(address);
    }
    if (question.kind === 'consent') {
      const turn = this.#options.lastTurn();
      const spoken = turn?.itemId === itemId ? turn : null;
      return this.#consentByWords(question, text, spoken);
    }
    const address = this.#options.hearsSpelling ? readAddress(text) : null;
    if (address !== null) return this.#takeAddress(address);
    const asked = this.#open?.text ?? '';
    const reading = ACCEPTANCE.test(text.trim()) ? 'yes' : readReply(text, asked);
    // What the caller has heard is what was agreed to, whatever is on file by now.
    const heard = this.#open?.address ?? null;
    if (question.kind === 'address' && reading === 'yes' && heard !== null) {
      this.#options.tools.email = heard;
    }
    return reading;
  }

  #readKey(question: Question): ReplyReading {
    const digit = this.#digit;
    this.#digit = null;
    if (question.kind !== 'consent' || digit === null) return 'other';
    const nowMs = this.#options.parts.clock.now();
    return this.#consentBy(question, nowMs, (asked) => verdictOfKey(asked, digit, nowMs));
  }

  #consentByWords(question: Question, text: string, turn: CommittedTurn | null): ReplyReading {
    const repliedAtMs = turn?.toldAtMs ?? this.#options.parts.clock.now();
    const startedAtMs = turn?.voiceStartAtMs ?? repliedAtMs;
    const isBackground = turn?.isBackground ?? false;
    return this.#consentBy(question, repliedAtMs, (asked) =>
      verdictOfTurn(asked, { startedAtMs, text, isBackground }),
    );
  }

  /** `repliedAtMs` is when the caller was heard to reply, which stopped what was being said. */
  #consentBy(
    { callIds }: Question,
    repliedAtMs: number,
    verdictOf: (asked: AskedConsent) => ConsentVerdict,
  ): ReplyReading {
    const open = this.#open;
    const callId = callIds[0] ?? '';
    const confirm = this.#options.tools.pending(callId)?.tool.confirm ?? 'none';
    if (!open?.readBack || confirm === 'none') return 'other';
    const { keyWordCount } = open.readBack;
    const heardAtMs = this.#keyHeardAtMs(open, keyWordCount, repliedAtMs);
    const verdict = verdictOf({ confirm, text: open.text, keyWordCount, heardAtMs });
    this.#decide(callId, verdict);
    if (verdict === 'confirmed') return 'yes';
    return verdict === 'refused' ? 'no' : 'other';
  }

  /** When the last word that names the action was over; `null` when the caller has not heard it. */
  #keyHeardAtMs(open: OpenQuestion, keyWordCount: number, stoppedAtMs: number): number | null {
    const { conversation, ledger } = this.#options.parts;
    let left = keyWordCount;
    for (const { itemId, playedAtMs } of open.items) {
      const item = conversation.message(itemId);
      if (!item) continue;
      const words = (item.text ?? '').split(/\s+/u).filter((word) => word !== '').length;
      if (words < left) {
        left -= words;
        continue;
      }
      if (item.medium === 'text') return open.askedAtMs;
      const lengthMs = playedAtMs === null ? item.audioMs : ledger.generatedMs(itemId);
      const endMs = ledger.wordEndMs(itemId, left) ?? lengthMs;
      return (playedAtMs ?? stoppedAtMs) - (lengthMs - endMs);
    }
    return null;
  }

  #takeAddress(address: string): ReplyReading {
    this.#options.tools.email = address;
    return 'address';
  }

  #decide(callId: string, verdict: ConsentVerdict): void {
    this.#verdicts.set(callId, verdict);
    const name = this.#options.tools.pending(callId)?.tool.name ?? '';
    this.#options.parts.notify({ type: 'consent.decided', callId, name, verdict });
  }

  #answer(question: Question, reading: ReplyReading): void {
    const isDeclined = question.kind === 'offer' && reading === 'no';
    if (isDeclined) this.#tellOffer('followUp.declined', question.callIds);
    this.#options.parts.report({ type: 'question.answered', reading });
  }

  #tellOffer(type: 'followUp.offered' | 'followUp.declined', callIds: readonly string[]): void {
    const { parts, tools } = this.#options;
    for (const callId of callIds) {
      const name = tools.pending(callId)?.tool.name;
      if (name !== undefined) parts.notify({ type, callId, name });
    }
  }
}
