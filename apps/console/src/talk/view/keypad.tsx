import { useEffect, useRef } from 'react';
import type { TalkCall } from '../call/talk-call.ts';

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'] as const;

/** A telephone's keypad; while it is open the keys of the keyboard do as well. */
export function Keypad({ call }: { readonly call: TalkCall }) {
  const details = useRef<HTMLDetailsElement>(null);

  useEffect(() => {
    const down = ({ key, ctrlKey, metaKey, altKey, repeat, target }: KeyboardEvent): void => {
      if (ctrlKey || metaKey || altKey || repeat || details.current?.open !== true) return;
      if (target instanceof Element && target.matches('input, textarea, select')) return;
      if (KEYS.some((known) => known === key)) call.press(key);
    };
    document.addEventListener('keydown', down);
    return () => document.removeEventListener('keydown', down);
  }, [call]);

  return (
    <details className="talk-keypad" ref={details}>
      <summary>Keypad</summary>
      <div role="group" aria-label="Keypad">
        {KEYS.map((key) => (
          <button key={key} type="button" className="button" onClick={() => call.press(key)}>
            {key}
          </button>
        ))}
      </div>
    </details>
  );
}
