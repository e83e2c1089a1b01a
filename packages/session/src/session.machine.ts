import { asking } from './session.asking.ts';
import { escalating } from './session.escalating.ts';
import { sessionSetup } from './session.setup.ts';
import { waiting } from './session.waiting.ts';

const { createMachine } = sessionSetup;

/**
 * Whose turn it is. Three regions: what the caller does, whose turn it is, and whether agent audio
 * is on its way. Facts come in, decisions are emitted; audio, time and I/O stay outside.
 */
export const sessionMachine = createMachine({
  id: 'session',
  version: '2',
  type: 'parallel',
  context: ({ input }) => ({
    ...input,
    generation: null,
    generationCount: 0,
    failedInARow: 0,
    isPlaying: false,
    isCallerSpeaking: false,
    isSilenceLong: false,
    calls: {},
    waitingAsk: null,
    interrupted: 'nothing',
    wantsHandOff: false,
    question: null,
    reply: null,
    heldIn: 'responding',
    endReason: null,
  }),
  on: {
    'session.configured': { actions: 'noteConfigured' },
    'session.endRequested': { target: '.turn.ended', actions: 'noteEnd' },
    'leg.closed': { target: '.turn.ended', actions: 'noteEnd' },
    'agent.firstAudio': { actions: 'noteAudible' },
    'agent.generationEnded': { actions: 'noteGenerationEnded' },
    'agent.toolCalled': { actions: 'pendCall' },
    'bargeIn.dismissed': { actions: 'dropTurn' },
    'tool.settled': { actions: 'settleCall' },
    'tool.coverDue': { actions: 'noteCoverDue' },
    'tool.deadlineReached': { actions: 'noteDeadline' },
    'tool.timedOut': { actions: 'abortCall' },
    'contact.known': { actions: 'noteContact' },
  },
  states: {
    caller: {
      description: 'What the caller does, as the turn detector hears it.',
      initial: 'silent',
      states: {
        silent: {
          description: 'No speech.',
          on: { 'caller.speechStarted': { target: 'speaking', actions: 'noteSpeaking' } },
        },
        speaking: {
          description: 'Speech that is not over.',
          on: {
            'caller.speechStopped': { target: 'silent', actions: 'noteSilent' },
            'caller.turnCommitted': { target: 'silent', actions: 'noteSilent' },
            'caller.turnDropped': { target: 'silent', actions: 'noteSilent' },
          },
        },
      },
    },
    agentAudio: {
      description: 'Agent audio between the pacer and the caller’s ear, whatever it says.',
      initial: 'idle',
      states: {
        idle: {
          description: 'Nothing to be heard.',
          on: { 'playout.started': { target: 'playing', actions: 'notePlaying' } },
        },
        playing: {
          description: 'The caller hears the agent.',
          on: {
            'playout.drained': { target: 'idle', actions: 'noteQuiet' },
            'playout.cut': { target: 'idle', actions: 'noteQuiet' },
            'playout.held': { target: 'held' },
          },
        },
        held: {
          description: 'Audio waits where it was stopped, to be resumed or cut.',
          on: {
            'playout.resumed': { target: 'playing' },
            'playout.cut': { target: 'idle', actions: 'noteQuiet' },
          },
        },
      },
    },
    turn: {
      description: 'Whose turn it is.',
      initial: 'listening',
      states: {
        listening: {
          description: 'The caller has the floor, or nobody.',
          always: [
            { guard: 'hasWaitingAsk', target: 'responding', actions: 'answerWaiting' },
            {
              guard: 'owesToolAnswer',
              target: 'responding',
              actions: 'answerTools',
              description:
                'A tool that outlived a change of subject is answered at a turn boundary.',
            },
          ],
          on: {
            'session.greetingDue': {
              guard: 'mayGreet',
              target: 'responding',
              actions: 'greet',
              description: 'A caller who speaks first needs no greeting.',
            },
            'caller.speechStarted': [
              {
                guard: 'cancelsAtOnset',
                target: 'truncated.cut',
                actions: ['noteInterrupted', 'voidGeneration', 'cutForBargeIn'],
                description: 'An answer is still heard, whose successor the client cancelled.',
              },
              {
                guard: 'holdsAtOnset',
                target: 'truncated.deciding',
                actions: 'noteHeldInResponding',
              },
            ],
            'caller.listeningWanted': {
              guard: 'isQuiet',
              actions: 'makeListeningNoise',
              description: 'The caller keeps the floor.',
            },
            'caller.speechStopped': { actions: 'commitTurn' },
            'caller.turnCommitted': [
              { guard: 'wantsAnswerNow', target: 'responding', actions: 'answerTurn' },
              {
                guard: 'wantsAnswer',
                actions: 'queueTurnAnswer',
                description: 'A listening noise is still being made.',
              },
            ],
            'bargeIn.dismissed': {
              guard: 'wasCutForNothing',
              target: 'responding',
              actions: ['dropTurn', 'sayAgain'],
              description: 'The agent was cut for nothing, and says the rest.',
            },
            'caller.turnDropped': {
              guard: 'waitsForTools',
              target: 'toolPending',
              description: 'That was nothing; the wait for the tools goes on.',
            },
            'client.answerRequested': {
              guard: 'generationEnded',
              target: 'responding',
              actions: 'answerClient',
            },
            'client.answerCancelled': {
              guard: 'isSounding',
              target: 'truncated.cut',
              actions: ['voidGeneration', 'cutForClient'],
              description: 'What is still heard stops too.',
            },
          },
        },
        responding: {
          description: 'The agent has the floor until its audio has been heard.',
          initial: 'thinking',
          always: [
            { guard: 'handOffDueInSilence', target: 'escalating', actions: 'sayFarewell' },
            { guard: 'handOffDue', target: 'escalating' },
            {
              guard: 'lastApologyHeard',
              target: 'ended',
              description: 'Too many answers have failed, as the agent has it.',
            },
            { guard: 'owesConsent', target: 'asking', actions: 'readBack' },
            { guard: 'awaitsToolsWhileHeard', target: 'toolPending.covering' },
            { guard: 'awaitsTools', target: 'toolPending' },
            { guard: 'answerIsOver', target: 'listening' },
          ],
          on: {
            'caller.speechStarted': [
              {
                guard: 'cancelsAtOnset',
                target: 'truncated.cut',
                actions: ['noteInterrupted', 'voidGeneration', 'cutForBargeIn'],
              },
              {
                guard: 'holdsAtOnset',
                target: 'truncated.deciding',
                actions: 'noteHeldInResponding',
              },
            ],
            'caller.speechStopped': { actions: 'commitTurn' },
            'caller.turnCommitted': {
              guard: 'wantsAnswer',
              actions: 'queueTurnAnswer',
              description: 'The caller spoke over an agent that may not be interrupted.',
            },
            'client.answerRequested': {
              guard: 'generationEnded',
              target: '.thinking',
              actions: 'answerClient',
              description: 'The next answer is made while the last one is still being heard.',
            },
            'client.answerCancelled': {
              target: 'truncated.cut',
              actions: ['voidGeneration', 'cutForClient'],
            },
          },
          states: {
            thinking: {
              description: 'An answer is being made and nothing of it was sent.',
              on: { 'agent.firstAudio': { target: 'speaking', actions: 'noteAudible' } },
            },
            speaking: { description: 'The answer is being spoken.' },
            where: { type: 'history', history: 'deep' },
          },
        },
        toolPending: waiting,
        asking,
        truncated: {
          description: 'The caller spoke over the agent.',
          initial: 'deciding',
          states: {
            deciding: {
              description: 'Audio is held until it is clear whether the caller wants the floor.',
              entry: 'holdPlayout',
              on: {
                'bargeIn.confirmed': {
                  target: 'cut',
                  actions: ['voidGeneration', 'cutForBargeIn'],
                },
                'bargeIn.dismissed': [
                  {
                    guard: 'wasResponding',
                    target: '#session.turn.responding.where',
                    actions: ['dropTurn', 'resumePlayout'],
                    description: 'A false alarm: the agent goes on where it was.',
                  },
                  {
                    guard: 'wasAsking',
                    target: '#session.turn.asking.where',
                    actions: ['dropTurn', 'resumePlayout'],
                  },
                  {
                    target: '#session.turn.toolPending.where',
                    actions: ['dropTurn', 'resumePlayout'],
                  },
                ],
                'caller.turnDropped': [
                  {
                    guard: 'wasResponding',
                    target: '#session.turn.responding.where',
                    actions: 'resumePlayout',
                    description: 'The client takes back what was heard.',
                  },
                  {
                    guard: 'wasAsking',
                    target: '#session.turn.asking.where',
                    actions: 'resumePlayout',
                  },
                  { target: '#session.turn.toolPending.where', actions: 'resumePlayout' },
                ],
                'caller.turnCommitted': [
                  {
                    guard: 'hasQuestion',
                    target: 'cut',
                    actions: ['voidGeneration', 'cutForBargeIn', 'noteReply'],
                  },
                  {
                    target: 'cut',
                    actions: ['voidGeneration', 'cutForBargeIn', 'queueTurnAnswer'],
                  },
                ],
                'client.answerCancelled': {
                  target: 'cut',
                  actions: ['voidGeneration', 'cutForClient'],
                },
              },
            },
            cut: {
              description: 'The answer is cancelled; the played position is being settled.',
              on: {
                'history.cut': [
                  {
                    guard: 'hasQuestion',
                    target: '#session.turn.asking.awaiting',
                    actions: 'noteCut',
                  },
                  { target: '#session.turn.listening', actions: 'noteCut' },
                ],
                'bargeIn.dismissed': { actions: ['dropTurn', 'queueSayAgain'] },
                'caller.speechStopped': { actions: 'commitTurn' },
                'caller.turnCommitted': [
                  { guard: 'hasQuestion', actions: ['noteTurn', 'noteReply'] },
                  { guard: 'wantsAnswer', actions: ['noteTurn', 'queueTurnAnswer'] },
                  { actions: 'noteTurn' },
                ],
                'client.answerRequested': { actions: 'queueClientAnswer' },
              },
            },
          },
        },
        escalating,
        ended: {
          type: 'final',
          description: 'Nothing is held any more.',
          entry: 'endSession',
        },
      },
    },
  },
});
