import type { AgentSpeech } from './agent-speech.ts';
import type { CallerTurns } from './caller-turns.ts';
import type { HistoryCutter } from './history-cutter.ts';
import type { Playout } from './playout.ts';
import type { CancelReason, EndReason } from './ports/session-event.ts';
import type { QuestionDesk } from './question-desk.ts';
import type { SessionDecision } from './session.facts.ts';
import type { SessionParts } from './session-parts.ts';
import type { ToolDesk } from './tool-desk.ts';

/** The rooms in which decisions are carried out. */
export interface DecisionRooms {
  readonly parts: SessionParts;
  readonly speech: AgentSpeech;
  readonly playout: Playout;
  readonly cutter: HistoryCutter;
  readonly turns: CallerTurns;
  readonly tools: ToolDesk;
  readonly questions: QuestionDesk;
  readonly end: (reason: EndReason) => void;
}

/** Carries out what the session machine decides. */
export class DecisionDesk {
  readonly #rooms: DecisionRooms;

  constructor(rooms: DecisionRooms) {
    this.#rooms = rooms;
  }

  carryOut(decision: SessionDecision): void {
    const { parts, speech, playout, turns, tools, questions } = this.#rooms;
    switch (decision.type) {
      case 'generate':
        speech.generate(decision.generationId, decision.ask);
        return;
      case 'holdPlayout':
        playout.hold();
        parts.report({ type: 'playout.held' });
        return;
      case 'resumePlayout':
        parts.notify({
          type: 'bargeIn.decided',
          itemId: null,
          verdict: 'falseAlarm',
          playedMs: 0,
        });
        // Reported first: resuming may find that everything was heard already.
        parts.report({ type: 'playout.resumed' });
        playout.resume();
        return;
      case 'cutHistory':
        this.#cut(decision.reason);
        return;
      case 'commitTurn':
        turns.commit(turns.createsResponse);
        return;
      case 'dropTurn':
        turns.drop();
        return;
      case 'runTool':
        tools.run(decision.callId);
        return;
      case 'declineTool':
        questions.close(decision.callId);
        tools.decline(decision.callId, questions.verdictOf(decision.callId));
        return;
      case 'noteOverdue':
        tools.overdue(decision.callId);
        return;
      case 'deferTool':
        tools.defer(decision.callId);
        return;
      case 'abortTool':
        tools.abort(decision.callId);
        return;
      case 'weighReply':
        questions.weigh(decision.question, decision.itemId);
        return;
      case 'setAside':
        parts.conversation.append({ type: 'setAside', itemId: decision.itemId });
        return;
      case 'handOff':
        parts.notify({ type: 'handoff.requested', ...tools.handOffs.last });
        return;
      case 'endSession':
        this.#rooms.end(decision.reason);
    }
  }

  /** A client cancels the answer being made; what it heard before goes on. */
  #cut(reason: CancelReason): void {
    const { speech, cutter } = this.#rooms;
    const onlyGenerationId = reason === 'client' ? speech.activeId : null;
    speech.cancel(reason);
    cutter.cut(reason, onlyGenerationId);
  }
}
