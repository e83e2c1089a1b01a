import { sessionSetup } from './session.setup.ts';

/**
 * The session itself asks the caller: whether a tool may run, whether to e-mail an answer that takes
 * long. What the caller says to it is a turn of its own, and the model has no part in it.
 */
export const asking = sessionSetup.createStateConfig({
  description: 'The caller is asked by the session itself: about a tool, or about an e-mail.',
  initial: 'posing',
  always: [
    {
      guard: 'questionIsVoid',
      target: 'listening',
      actions: 'forgetQuestion',
      description: 'The answer came by itself.',
    },
    {
      guard: 'hasOtherAsk',
      target: 'responding',
      actions: ['closeQuestion', 'answerWaiting'],
      description: 'The question could not be spoken, or a client asks for something else.',
    },
  ],
  on: {
    'caller.speechStarted': [
      {
        guard: 'cancelsAtOnset',
        target: 'truncated.cut',
        actions: ['noteInterrupted', 'voidGeneration', 'cutForBargeIn'],
      },
      { guard: 'holdsAtOnset', target: 'truncated.deciding', actions: 'noteHeldInAsking' },
    ],
    'caller.speechStopped': { actions: 'commitTurn' },
    'caller.turnCommitted': { actions: 'noteReply' },
    'client.answerRequested': [
      { guard: 'repliesByText', actions: 'noteReply' },
      { actions: 'queueClientAnswer' },
    ],
    'client.answerCancelled': {
      guard: 'isSounding',
      target: 'truncated.cut',
      actions: ['voidGeneration', 'cutForClient'],
    },
    'bargeIn.dismissed': {
      guard: 'wasCutForNothing',
      target: '.posing',
      actions: ['dropTurn', 'sayAgain'],
    },
  },
  states: {
    posing: {
      description: 'The question is being spoken.',
      always: { guard: 'isQuiet', target: 'awaiting' },
      on: {
        'caller.pressed': {
          target: '#session.turn.truncated.cut',
          actions: ['noteReply', 'voidGeneration', 'cutForClient'],
        },
      },
    },
    awaiting: {
      description: 'The caller has heard it, or interrupted it.',
      always: { guard: 'hasReply', target: 'weighing' },
      after: {
        replyLimit: [
          {
            guard: 'consentIsLate',
            target: '#session.turn.responding',
            actions: ['closeQuestion', 'answerTools'],
          },
          {
            guard: 'replyIsLate',
            target: '#session.turn.toolPending',
            actions: 'forgetQuestion',
            description: 'Silence is no yes.',
          },
        ],
      },
      on: {
        'caller.pressed': { actions: 'noteReply' },
        'caller.turnDropped': {
          target: 'awaiting',
          reenter: true,
          description: 'That was nothing; the wait begins again.',
        },
      },
    },
    weighing: {
      description: 'The words of the reply are being understood.',
      entry: 'weighReply',
      after: {
        weighLimit: {
          target: '#session.turn.responding',
          actions: ['closeQuestion', 'answerReply'],
        },
      },
      on: {
        'caller.speechStarted': {
          target: 'awaiting',
          actions: 'dropReply',
          description: 'The caller goes on: that was not the whole reply.',
        },
        'question.answered': [
          {
            guard: 'resultIsThere',
            target: '#session.turn.responding',
            actions: ['setReplyAside', 'answerReply'],
          },
          {
            guard: 'letsServerRun',
            target: '#session.turn.toolPending',
            actions: ['setReplyAside', 'runConsented', 'forgetQuestion'],
          },
          {
            guard: 'letsClientRun',
            target: '#session.turn.responding',
            actions: ['setReplyAside', 'runConsented', 'giveCall', 'forgetQuestion'],
          },
          {
            guard: 'refuses',
            target: '#session.turn.responding',
            actions: ['setReplyAside', 'closeQuestion', 'answerReply'],
          },
          {
            guard: 'acceptsOffer',
            target: 'posing',
            actions: ['setReplyAside', 'checkAddress'],
          },
          {
            guard: 'wantsToTellAddress',
            target: 'posing',
            actions: ['setReplyAside', 'askAddress'],
          },
          {
            guard: 'tellsAddress',
            target: 'posing',
            actions: ['setReplyAside', 'noteContact', 'checkAddress'],
          },
          {
            guard: 'confirmsAddress',
            target: '#session.turn.toolPending',
            actions: ['setReplyAside', 'deferCalls', 'forgetQuestion'],
          },
          {
            guard: 'prefersToWait',
            target: '#session.turn.toolPending.covering',
            actions: ['setReplyAside', 'stay', 'forgetQuestion'],
          },
          {
            target: '#session.turn.responding',
            actions: ['closeQuestion', 'answerReply'],
            description: 'The caller speaks of something else.',
          },
        ],
      },
    },
    where: { type: 'history', history: 'deep' },
  },
});
