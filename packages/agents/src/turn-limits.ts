/** Beyond this a caller thinks that nobody is there; semantic detection seldom waits so long. */
export const LONGEST_SILENCE_MS = 8_000;
/** No detector finds an onset later than that. */
export const LONGEST_PADDING_MS = 2_000;
