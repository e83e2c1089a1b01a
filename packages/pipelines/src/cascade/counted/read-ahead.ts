/**
 * Reads a source as fast as it comes; what nobody has taken yet waits, which is as much as the source
 * has at most: an answer is bounded where it is read. Whoever takes no more has to stop the source: it
 * is left at its next part.
 */
export async function* readAhead<Part extends object>(
  source: AsyncIterable<Part>,
): AsyncGenerator<Part> {
  const waiting: Part[] = [];
  let isLeft = false;
  let isDone = false;
  let wake = () => {};
  const reading = (async () => {
    try {
      for await (const part of source) {
        if (isLeft) return;
        waiting.push(part);
        wake();
      }
    } finally {
      isDone = true;
      wake();
    }
  })();
  // Told to whoever takes the last part.
  reading.catch(() => {});
  try {
    for (;;) {
      const part = waiting.shift();
      if (part) yield part;
      else if (isDone) break;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
    await reading;
  } finally {
    isLeft = true;
  }
}
