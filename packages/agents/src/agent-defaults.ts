import { DEFAULT_HOP_BUDGETS_MS } from '@antiphon/session';

/** What `agent.yaml` need not say, each with its reason. */
export const AGENT_DEFAULTS = {
  /** The voice's own rate. */
  speed: 1,
  /** It takes noise for speech far less often than the energy detector. */
  detector: 'neural',
  turnDetection: {
    /** Silence alone: every pipeline can do it. */
    mode: 'vad',
    /** The middle of the scale, and the default of the Realtime `server_vad`. */
    threshold: 0.5,
    /** A detector hears an onset up to 300 ms late, so less would clip first words. */
    prefixPaddingMs: 300,
    /** The Realtime default: shorter cuts callers off between spoken digits. */
    silenceDurationMs: 500,
    /** Of semantic detection: its medium eagerness. */
    longestSilenceMs: 4_000,
    /** A conversation is answered; the client need not ask for it. */
    createsResponse: true,
    /** Callers expect to be able to cut in. */
    interruptsResponse: true,
  },
  /** Spoken in well under a second by every voice, and more than one so that none repeats. */
  covers: ['One moment.', 'Let me check.', 'Checking now.'],
  /** What a caller who waits takes for a quick answer. */
  budgetsMs: DEFAULT_HOP_BUDGETS_MS,
  /** With the silence that ends a turn, a cover is heard before two seconds of silence are over. */
  answerCoverAfterMs: 1_000,
  /** Neither agrees nor promises anything. */
  listeningNoises: ['Mm-hmm.'],
  /** Most turns are over by then; a listener on the telephone makes a noise about as often. */
  listeningAfterMs: 6_000,
  /** Says that the fault is not the caller's, and what to do. */
  apology: 'Sorry, something went wrong on my side. Could you say that again?',
  /** Fits any desk the caller is passed on to. */
  farewell: "Thanks for calling. I'm putting you through now.",
  /** Clients may stop at errors that they do not know; the feed and the log tell in any case. */
  reportFormatMismatch: false,
  /** Most numbers that callers type are order numbers and the like. */
  keypad: 'open',
  tool: {
    runs: 'server',
    /** In the process of the session: nothing else has to run. */
    run: 'inline',
    /** Nobody said that it may run twice. */
    effect: 'at_most_once',
    confirm: 'none',
    /** A silence callers take for thinking; the cover is heard before 800 ms. */
    coverAfterMs: 500,
    /** Callers hold that long without being asked. */
    deadlineMs: 8_000,
    /** No caller waits longer than a minute for an answer. */
    timeoutMs: 60_000,
  },
  webhook: {
    /** A service that answers is done by then, and a second try fits before a minute is over. */
    tryTimeoutMs: 10_000,
    /** Of tools that may run twice. */
    retries: 2,
  },
} as const;
