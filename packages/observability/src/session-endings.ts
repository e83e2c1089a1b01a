/** Why a session ended; `crashed` where its process died. */
export type SessionEnding =
  'callerLeft' | 'clientEnded' | 'handedOff' | 'expired' | 'serverStopping' | 'failed' | 'crashed';

interface EndingWords {
  readonly toOperators: string;
  readonly toCaller: string;
}

const WORDS: Readonly<Record<SessionEnding, EndingWords>> = {
  callerLeft: { toOperators: 'the caller hung up', toCaller: 'you hung up' },
  clientEnded: { toOperators: 'the client ended it', toCaller: 'you hung up' },
  handedOff: { toOperators: 'handed to a person', toCaller: 'you were passed on to a person' },
  expired: { toOperators: 'its time was over', toCaller: 'its time was over' },
  serverStopping: { toOperators: 'the server stopped', toCaller: 'the server stopped' },
  failed: { toOperators: 'it failed', toCaller: 'it failed' },
  crashed: { toOperators: 'its process died', toCaller: 'the server died' },
};

/** How a session ended, for those who run it or for its caller. */
export function endingWords(reason: string, reader: keyof EndingWords = 'toOperators'): string {
  if (Object.hasOwn(WORDS, reason)) return WORDS[reason as SessionEnding][reader];
  // A recording may be of another version.
  return reason.replaceAll(/\p{Lu}/gu, (letter) => ` ${letter.toLowerCase()}`).trim();
}
