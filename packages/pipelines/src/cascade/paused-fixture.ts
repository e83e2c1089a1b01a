import type { ConversationItem, SessionConfig } from '@antiphon/session';
import { CascadeFixture, FIXTURE_CONFIG, FIXTURE_FRAME, settle } from './cascade-fixture.ts';
import type { FixtureOptions } from './cascade-fixture.ts';

/** What the caller has said at the pause. */
export const SAID = 'where is my order';

/** What was said before the turn. */
export const GREETING = message('greeting', 'agent', 'Hello.');

/** A caller who says {@link SAID} and pauses, so that the answer to it is made ready. */
export class PausedFixture extends CascadeFixture {
  private constructor(options: FixtureOptions) {
    super({ turns: [{ text: SAID, partials: [SAID] }], ...options });
    this.caller.items = [GREETING];
  }

  static async open(
    options: FixtureOptions = {},
    config: SessionConfig = FIXTURE_CONFIG,
  ): Promise<PausedFixture> {
    const fixture = new PausedFixture(options);
    fixture.caller.session.beginTurn('turn');
    fixture.caller.session.hear(FIXTURE_FRAME);
    fixture.caller.session.prepareAnswer('turn', config);
    await settle();
    return fixture;
  }

  /** The turn is over; its item is in the history with what was heard. */
  commit(text: string = SAID): void {
    this.caller.session.commitTurn('turn');
    this.caller.items = [...this.caller.items, message('turn', 'caller', text)];
  }

  get pieces(): string[] {
    return this.tts.syntheses.map((synthesis) => synthesis.request.text);
  }

  /** What became of the answers made ready. */
  get outcomes(): string[] {
    return this.speculation.map((outcome) => outcome.kind);
  }
}

export function message(id: string, speaker: 'agent' | 'caller', text: string): ConversationItem {
  return { kind: 'message', id, speaker, medium: 'audio', status: 'completed', text, audioMs: 0 };
}
