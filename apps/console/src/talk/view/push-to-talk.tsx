import { useEffect, useRef } from 'react';
import type { CallState, TalkCall } from '../call/talk-call.ts';

/** What takes the space bar for itself. */
const TAKES_SPACE = 'input, textarea, select, button, summary, a, [contenteditable]';

/** The key to talk: this button, or the space bar wherever it does nothing else. */
export function PushToTalk({
  call,
  state: { isHolding, wasHeldTooShort, isMuted },
}: {
  readonly call: TalkCall;
  readonly state: CallState;
}) {
  const button = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    // The space bar would otherwise press the button that started the call, and hang up.
    button.current?.focus();
    const isOurs = ({ code, target }: KeyboardEvent): boolean =>
      code === 'Space' &&
      (target === button.current || !(target instanceof Element && target.matches(TAKES_SPACE)));
    const down = (event: KeyboardEvent): void => {
      if (!isOurs(event)) return;
      event.preventDefault();
      if (!event.repeat) call.hold();
    };
    const up = (event: KeyboardEvent): void => {
      if (event.code !== 'Space') return;
      if (isOurs(event)) event.preventDefault();
      call.letGo();
    };
    document.addEventListener('keydown', down);
    document.addEventListener('keyup', up);
    // A key that is let go elsewhere is not heard of here.
    window.addEventListener('blur', call.letGo);
    return () => {
      document.removeEventListener('keydown', down);
      document.removeEventListener('keyup', up);
      window.removeEventListener('blur', call.letGo);
      call.letGo();
    };
  }, [call]);

  return (
    <div className="talk-push">
      <button
        type="button"
        ref={button}
        className="button talk-push-button"
        aria-pressed={isHolding}
        disabled={isMuted}
        onPointerDown={({ currentTarget, pointerId }) => {
          currentTarget.setPointerCapture(pointerId);
          call.hold();
        }}
        onPointerUp={call.letGo}
        onPointerCancel={call.letGo}
        onContextMenu={(event) => event.preventDefault()}
      >
        {isHolding ? 'Listening …' : 'Hold to talk'}
      </button>
      <span className="quiet" role="status">
        {wasHeldTooShort ? 'Hold it for as long as you speak.' : 'or hold the space bar'}
      </span>
    </div>
  );
}
