import { act, begin, beginWith, hasEnded, isQuiet, withoutCalls } from './session.context.ts';
import type { PendingCall, SessionContext } from './session.context.ts';
import type { Ask, Question, ReplyReading, SessionFact } from './session.facts.ts';

interface Seen {
  readonly context: SessionContext;
  readonly event: SessionFact;
}

const NO_QUESTION = { question: null, reply: null };

const callIdsWhere = (
  { calls }: SessionContext,
  holds: (call: PendingCall) => boolean,
): readonly string[] =>
  Object.entries(calls)
    .filter(([, call]) => holds(call))
    .map(([callId]) => callId);

/** Read back one at a time. */
const owedConsent = (context: SessionContext): readonly string[] =>
  callIdsWhere(context, (call) => call.consent === 'owed' && !call.settled).slice(0, 1);

/** Calls whose wait is long enough for words. */
const coveredCalls = (context: SessionContext): readonly string[] =>
  callIdsWhere(context, (call) => call.coverDue && !call.settled);

const dueOffers = (context: SessionContext): readonly string[] =>
  callIdsWhere(context, (call) => call.offer === 'due' && !call.settled);

/** Everything that was asked about has ended by itself. */
const isOver = ({ question, calls }: SessionContext): boolean =>
  question !== null && question.callIds.every((callId) => calls[callId]?.settled ?? true);

const readsAs = ({ event }: Seen, ...readings: readonly ReplyReading[]): boolean =>
  event.type === 'question.answered' && readings.includes(event.reading);

const isAbout = ({ context }: Seen, kind: Question['kind']): boolean =>
  context.question?.kind === kind;

const consentedCall = ({ question, calls }: SessionContext): PendingCall | undefined =>
  question?.kind === 'consent' ? calls[question.callIds[0] ?? ''] : undefined;

/** Guards of what the session itself asks the caller. */
export const questionGuards = {
  owesConsent: ({ context }: Seen) =>
    hasEnded(context) && context.waitingAsk === null && owedConsent(context).length > 0,
  owesOffer: ({ context }: Seen) =>
    context.sendsEmail &&
    (context.hasAddress || context.hearsSpelling) &&
    !context.isCallerSpeaking &&
    isQuiet(context) &&
    dueOffers(context).length > 0,
  hasQuestion: ({ context }: Seen) => context.question !== null,
  hasReply: ({ context }: Seen) => context.reply !== null,
  repliesByText: ({ event }: Seen) =>
    event.type === 'client.answerRequested' && event.itemId !== null,
  questionIsVoid: ({ context }: Seen) =>
    isOver(context) && isQuiet(context) && !context.isCallerSpeaking && context.reply === null,
  hasOtherAsk: ({ context }: Seen) =>
    context.waitingAsk !== null && hasEnded(context) && context.reply === null,
  consentIsLate: ({ context }: Seen) =>
    context.question?.kind === 'consent' && !context.isCallerSpeaking,
  replyIsLate: ({ context }: Seen) => !context.isCallerSpeaking,
  resultIsThere: (seen: Seen) => isOver(seen.context) && !readsAs(seen, 'other'),
  letsServerRun: (seen: Seen) =>
    readsAs(seen, 'yes') && consentedCall(seen.context)?.runs === 'server',
  letsClientRun: (seen: Seen) =>
    readsAs(seen, 'yes') && consentedCall(seen.context)?.runs === 'client',
  refuses: (seen: Seen) => readsAs(seen, 'no') && isAbout(seen, 'consent'),
  acceptsOffer: (seen: Seen) =>
    readsAs(seen, 'yes') && isAbout(seen, 'offer') && seen.context.hasAddress,
  wantsToTellAddress: (seen: Seen) =>
    seen.context.hearsSpelling &&
    ((readsAs(seen, 'yes') && isAbout(seen, 'offer')) ||
      (readsAs(seen, 'no') && isAbout(seen, 'address'))),
  confirmsAddress: (seen: Seen) => readsAs(seen, 'yes') && isAbout(seen, 'address'),
  tellsAddress: (seen: Seen) => readsAs(seen, 'address'),
  prefersToWait: (seen: Seen) => readsAs(seen, 'no') && !isAbout(seen, 'consent'),
};

const about = (kind: Ask['kind'], callIds: readonly string[]): Ask => ({
  kind,
  itemId: null,
  options: {},
  callIds,
});

const sameCalls = ({ question }: SessionContext): readonly string[] => question?.callIds ?? [];

/** Asks a question; the calls it is about are marked. */
const ask = (
  kind: Ask['kind'],
  questionOf: (context: SessionContext) => Question,
  mark: Partial<PendingCall> = {},
) =>
  act(({ context, enqueue }) => {
    const question = questionOf(context);
    const calls = { ...context.calls };
    for (const callId of question.callIds) {
      const call = calls[callId];
      if (call) calls[callId] = { ...call, ...mark };
    }
    const changes = { question, reply: null, calls };
    beginWith({ enqueue, context }, about(kind, question.callIds), changes);
  });

/** Actions of what the session itself asks the caller. */
export const questionActions = {
  readBack: ask('readBack', (context) => ({ kind: 'consent', callIds: owedConsent(context) }), {
    consent: 'asked',
  }),
  offer: ask('offer', (context) => ({ kind: 'offer', callIds: dueOffers(context) }), {
    offer: 'made',
  }),
  checkAddress: ask('addressCheck', (context) => ({
    kind: 'address',
    callIds: sameCalls(context),
  })),
  askAddress: ask('addressAsk', (context) => ({
    kind: 'newAddress',
    callIds: sameCalls(context),
  })),
  noteReply: act(({ event, enqueue }) => {
    if (event.type === 'caller.turnCommitted') {
      enqueue.assign({ reply: { kind: 'answer', itemId: event.itemId, options: {} } });
    } else if (event.type === 'client.answerRequested') {
      const { itemId, options } = event;
      enqueue.assign({ reply: { kind: 'answer', itemId, options } });
    } else enqueue.assign({ reply: { kind: 'answer', itemId: null, options: {} } });
  }),
  /** The caller goes on, so that was not the whole reply. */
  dropReply: act(({ enqueue }) => enqueue.assign({ reply: null })),
  weighReply: act(({ context, enqueue }) => {
    const { question, reply } = context;
    if (question) enqueue.emit({ type: 'weighReply', question, itemId: reply?.itemId ?? null });
  }),
  /** The reply is used up: nobody else answers it. */
  setReplyAside: act(({ context, enqueue }) => {
    const itemId = context.reply?.itemId ?? null;
    if (itemId !== null) enqueue.emit({ type: 'setAside', itemId });
  }),
  /** A call that was not agreed to does not run; one that takes long goes on. */
  closeQuestion: act(({ context, enqueue }) => {
    const { question } = context;
    const callIds = question?.kind === 'consent' ? question.callIds : [];
    for (const callId of callIds) enqueue.emit({ type: 'declineTool', callId });
    enqueue.assign({ question: null, calls: withoutCalls(context.calls, callIds) });
  }),
  answerReply: act(({ context, enqueue }) =>
    beginWith(
      { enqueue, context },
      context.reply ?? { kind: 'answer', itemId: null, options: {} },
      NO_QUESTION,
    ),
  ),
  giveCall: begin(({ context }) => about('call', sameCalls(context))),
  forgetQuestion: act(({ enqueue }) => enqueue.assign(NO_QUESTION)),
  deferCalls: act(({ context, enqueue }) => {
    for (const callId of sameCalls(context)) enqueue.emit({ type: 'deferTool', callId });
  }),
  stay: begin(({ context }) => about('staying', sameCalls(context))),
  admitNoEmail: begin(() => about('emailFailed', [])),
  cover: begin(({ context }) => about('cover', coveredCalls(context))),
  reassure: begin(({ context }) => about('progress', coveredCalls(context))),
};
