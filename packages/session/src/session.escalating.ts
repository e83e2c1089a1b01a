import { sessionSetup } from './session.setup.ts';

/** The farewell of a session that hands its caller to somebody else. */
export const escalating = sessionSetup.createStateConfig({
  description: 'The agent gives the caller to somebody else.',
  initial: 'handingOff',
  states: {
    handingOff: {
      description: 'The farewell is played to the end before the caller is released.',
      always: {
        guard: 'farewellHeard',
        target: '#session.turn.ended',
        actions: ['noteHandedOff', 'handOff'],
      },
      after: {
        handOffLimit: {
          target: '#session.turn.ended',
          actions: ['noteHandedOff', 'handOff'],
        },
      },
      on: { 'caller.speechStopped': { actions: 'dropTurn' } },
    },
  },
});
