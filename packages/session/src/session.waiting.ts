import { sessionSetup } from './session.setup.ts';

/**
 * The caller waits for tools. The silence of the wait is counted while neither the agent nor the
 * caller makes a sound, and nothing else that happens makes it longer.
 */
export const waiting = sessionSetup.createStateConfig({
  description: 'The answer depends on tools that run.',
  initial: 'quiet',
  always: [
    { guard: 'hasWaitingAsk', target: 'responding', actions: 'answerWaiting' },
    { guard: 'owesConsent', target: 'asking', actions: 'readBack' },
    { guard: 'owesToolAnswer', target: 'responding', actions: 'answerTools' },
    {
      guard: 'clientHasAnswered',
      target: 'listening',
      description: 'The client has the results and asks for the answer when it likes.',
    },
  ],
  on: {
    'caller.speechStarted': [
      {
        guard: 'cancelsAtOnset',
        target: 'truncated.cut',
        actions: ['noteInterrupted', 'voidGeneration', 'cutForBargeIn'],
      },
      { guard: 'holdsAtOnset', target: 'truncated.deciding', actions: 'noteHeldInTool' },
      {
        guard: 'isQuiet',
        target: 'listening',
        description: 'The caller takes the floor; the tools keep running.',
      },
    ],
    'caller.speechStopped': { actions: 'commitTurn' },
    'caller.turnCommitted': [
      { guard: 'wantsAnswerNow', target: 'responding', actions: 'answerTurn' },
      {
        guard: 'wantsAnswer',
        actions: 'queueTurnAnswer',
        description: 'The caller spoke over a cover that is still being made.',
      },
    ],
    'client.answerRequested': {
      guard: 'generationEnded',
      target: 'responding',
      actions: 'answerClient',
    },
    'client.answerCancelled': {
      target: 'truncated.cut',
      actions: ['voidGeneration', 'cutForClient'],
    },
  },
  states: {
    quiet: {
      description: 'Nothing is being said.',
      entry: 'beginSilence',
      always: [
        { guard: 'owesOffer', target: '#session.turn.asking', actions: 'offer' },
        { guard: 'canReassure', target: 'covering', actions: 'reassure' },
      ],
      after: { progressAfter: { actions: 'noteLongSilence' } },
      on: {
        'tool.coverDue': {
          guard: 'wantsCover',
          target: 'covering',
          actions: ['noteCoverDue', 'cover'],
        },
        'caller.speechStopped': {
          target: 'quiet',
          reenter: true,
          actions: 'commitTurn',
          description: 'The silence begins when the caller is silent, too.',
        },
        'caller.turnCommitted': {
          guard: 'fallsSilent',
          target: 'quiet',
          reenter: true,
          description: 'By hand, in the middle of speech.',
        },
        'caller.turnDropped': { guard: 'fallsSilent', target: 'quiet', reenter: true },
        'followUp.failed': {
          guard: 'canCover',
          target: 'covering',
          actions: 'admitNoEmail',
        },
      },
    },
    covering: {
      description: 'A few words bridge the wait.',
      always: { guard: 'isQuiet', target: 'quiet' },
    },
    where: { type: 'history', history: 'deep' },
  },
});
