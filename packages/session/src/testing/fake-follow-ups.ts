import type { FollowUps, FollowUpState, PromisedFollowUp } from '../ports/follow-ups.ts';
import type { ToolOutcome } from '../ports/tool-runner.ts';

/** Promises and settles in memory; the test says whether promises are kept, and when. */
export class FakeFollowUps implements FollowUps {
  readonly promised: PromisedFollowUp[] = [];
  readonly settled: { readonly id: string; readonly outcome: ToolOutcome }[] = [];
  keeps = true;
  /** Promises wait until it is called, while it is set. */
  release: (() => void) | null = null;

  /** Lets promises wait until `release`. */
  hold(): void {
    this.release = () => {};
  }

  async promise(followUp: PromisedFollowUp): Promise<boolean> {
    if (this.release) {
      await new Promise<void>((resolve) => {
        this.release = resolve;
      });
    }
    if (this.keeps) this.promised.push(followUp);
    return this.keeps;
  }

  settle(id: string, outcome: ToolOutcome): Promise<void> {
    this.settled.push({ id, outcome });
    return Promise.resolve();
  }

  state(id: string): Promise<FollowUpState | null> {
    return Promise.resolve(this.promised.some((one) => one.id === id) ? 'pending' : null);
  }
}
