import type { ToolFunction } from '@antiphon/session';

/** A tool that tells when it begins and ends when it is told to. */
export class HeldTool {
  begins = 0;
  aborts = 0;
  readonly #begun: (() => void)[] = [];
  #finish: (value: string) => void = () => {};

  readonly run: ToolFunction = (_args, { signal }) => {
    this.begins += 1;
    for (const begun of this.#begun.splice(0)) begun();
    signal.addEventListener('abort', () => (this.aborts += 1));
    return new Promise((resolve) => (this.#finish = resolve));
  };

  /** Resolves when it has begun; at once when it has before. */
  async begun(times = 1): Promise<void> {
    while (this.begins < times) await new Promise<void>((resolve) => this.#begun.push(resolve));
  }

  finish(value: string): void {
    this.#finish(value);
  }
}
