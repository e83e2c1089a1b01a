/**
 * Makes a function that may be called as often as one likes and calls `call` once, in the next
 * animation frame. A page that is not seen has none, and draws when it is seen again.
 */
export function onceAFrame(
  call: () => void,
  nextFrame: (call: () => void) => unknown = requestAnimationFrame.bind(globalThis),
): () => void {
  let isDue = false;
  return () => {
    if (isDue) return;
    isDue = true;
    nextFrame(() => {
      isDue = false;
      call();
    });
  };
}
