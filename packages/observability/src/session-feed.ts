import { z } from 'zod';
import { handoffRecordSchema } from './handoff-record.ts';
import { turnReportSchema } from './turn-report.ts';

const word = z.object({ text: z.string(), startMs: z.number(), endMs: z.number() });

/** Tokens are those that providers count, cached ones a part of the input. */
const sessionUsage = z.object({
  inputTextTokens: z.number(),
  inputAudioTokens: z.number(),
  outputTextTokens: z.number(),
  outputAudioTokens: z.number(),
  cachedTextTokens: z.number(),
  cachedAudioTokens: z.number(),
  /** Sent to be recognised. */
  audioMs: z.number(),
  /** Given to synthesizers. */
  characters: z.number(),
  /** By the agent's prices; null where it has none of what was used. */
  dollars: z.number().nullable(),
  /** Something was used that has no price. */
  isPartlyPriced: z.boolean(),
});

const body = z.discriminatedUnion('type', [
  z.object({ type: z.literal('session.started'), agent: z.string() }),
  z.object({
    type: z.literal('session.ended'),
    reason: z.string(),
    /** What all its providers used, where they tell. */
    usage: sessionUsage.optional(),
  }),
  z.object({
    type: z.literal('state'),
    region: z.enum(['caller', 'turn', 'agentAudio']),
    from: z.string(),
    to: z.string(),
    /** Type of the fact that moved it, `timer` for one of the machine's delays. */
    cause: z.string(),
  }),
  /** The machine of a pending tool call stands in these states; in none when it is gone. */
  z.object({ type: z.literal('call.state'), callId: z.string(), states: z.array(z.string()) }),
  /** A turn is traced under this id, of 32 hexadecimal digits. */
  z.object({ type: z.literal('trace'), turn: z.number().int(), traceId: z.string() }),
  /** What the recogniser makes of the caller so far; a later one replaces it. */
  z.object({
    type: z.literal('caller.transcript'),
    itemId: z.string(),
    text: z.string(),
    isFinal: z.boolean(),
  }),
  /** What the agent is about to say, as it is generated. */
  z.object({ type: z.literal('agent.text'), itemId: z.string(), delta: z.string() }),
  /** What the agent is about to say is not as its model wrote it: this was done to it. */
  z.object({
    type: z.literal('agent.edited'),
    edits: z.array(z.enum(['markup', 'code', 'data', 'list', 'shortened', 'spelled'])),
  }),
  /** What the agent says next is a few words before an answer that is long in coming. */
  z.object({ type: z.literal('agent.covered') }),
  /** Where the agent's words lie in their item's audio; always before that audio. */
  z.object({ type: z.literal('agent.words'), itemId: z.string(), words: z.array(word) }),
  /** The agent's item was cut: what the caller heard of it and what not. */
  z.object({
    type: z.literal('agent.truncated'),
    itemId: z.string(),
    playedMs: z.number(),
    heard: z.string(),
    unheard: z.string(),
  }),
  /** An item reached its final state; the text is what was heard or typed. */
  z.object({
    type: z.literal('item'),
    itemId: z.string(),
    speaker: z.enum(['caller', 'agent', 'system']),
    text: z.string().nullable(),
    status: z.enum(['completed', 'incomplete']),
  }),
  z.object({
    type: z.literal('bargeIn'),
    itemId: z.string().nullable(),
    verdict: z.enum(['cut', 'falseAlarm']),
    playedMs: z.number(),
  }),
  z.object({
    type: z.literal('tool.started'),
    callId: z.string(),
    name: z.string(),
    arguments: z.string(),
  }),
  z.object({
    type: z.literal('tool.settled'),
    callId: z.string(),
    name: z.string(),
    outcome: z.enum(['result', 'error', 'timeout', 'cancelled', 'unknown', 'declined', 'deferred']),
    output: z.string().nullable(),
    durationMs: z.number(),
  }),
  /** A phrase was spoken because the call takes long. */
  z.object({ type: z.literal('tool.covered'), callId: z.string(), name: z.string() }),
  /** The call reached its deadline. */
  z.object({ type: z.literal('tool.overdue'), callId: z.string(), name: z.string() }),
  /** The caller was asked whether to e-mail the answer, and what came of it. */
  z.object({
    type: z.literal(['followUp.offered', 'followUp.promised', 'followUp.declined']),
    callId: z.string(),
    name: z.string(),
  }),
  /** Where a promised e-mail stands. */
  z.object({
    type: z.literal('followUp'),
    callId: z.string(),
    tool: z.string(),
    state: z.enum(['pending', 'sending', 'sent', 'failed', 'unknown']),
  }),
  /** The caller was asked to agree to a call. */
  z.object({ type: z.literal('consent.asked'), callId: z.string(), name: z.string() }),
  z.object({
    type: z.literal('consent.decided'),
    callId: z.string(),
    name: z.string(),
    verdict: z.enum(['confirmed', 'refused', 'unclear', 'unheard', 'expired']),
  }),
  /** The caller is to be passed to a person; `details` is the transfer call's JSON arguments. */
  z.object({ type: z.literal('handoff'), details: z.string(), record: handoffRecordSchema }),
  z.object({ type: z.literal('turn'), report: turnReportSchema }),
  /** Another provider had to take over from the one that is asked first. */
  z.object({
    type: z.literal('provider'),
    service: z.enum(['speechToText', 'languageModel', 'textToSpeech']),
    from: z.string(),
    to: z.string(),
    why: z.enum(['failed', 'slow', 'open']),
    /** The code of what failed. */
    code: z.string().nullable(),
  }),
  z.object({ type: z.literal('fault'), code: z.string(), message: z.string() }),
  /** What is wrong with the recording from here on, in words; null once nothing is. */
  z.object({ type: z.literal('recording'), fault: z.string().nullable() }),
]);

/**
 * One message of `/sessions/{id}/feed`, JSON text over a WebSocket, apart from the wire protocol
 * because its clients must not see foreign events. `seq` counts from 1 without gaps within a
 * session; `?after=seq` resumes.
 */
export const feedEventSchema = z
  .object({ seq: z.number().int(), sessionId: z.string(), atMs: z.number() })
  .and(body);

/** One message of the session feed. */
export type FeedEvent = z.infer<typeof feedEventSchema>;

/** What a feed message says, without its place in the feed. */
export type FeedBody = z.infer<typeof body>;
