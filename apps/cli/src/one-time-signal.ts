/** Something that happens once. */
interface OneTimeSignal {
  readonly isFired: boolean;
  readonly fire: () => void;
  /** Resolves when it was fired, or after the time. */
  readonly within: (ms: number) => Promise<void>;
}

/** A signal that was not fired yet. */
export function oneTimeSignal(): OneTimeSignal {
  let isFired = false;
  let resolve: () => void = () => {};
  const fired = new Promise<void>((done) => {
    resolve = done;
  });
  return {
    get isFired() {
      return isFired;
    },
    fire: () => {
      isFired = true;
      resolve();
    },
    within: async (ms) => {
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise<void>((done) => {
        timer = setTimeout(done, ms);
      });
      await Promise.race([fired, limit]);
      clearTimeout(timer);
    },
  };
}
