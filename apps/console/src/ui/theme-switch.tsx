import { useState } from 'react';
import { applyTheme, otherTheme, storedTheme } from './theme-choice.ts';

/** Switches between the dark theme and the light one. */
export function ThemeSwitch() {
  const [choice, setChoice] = useState(storedTheme);
  const switchTheme = (): void => {
    const isSystemDark = matchMedia('(prefers-color-scheme: dark)').matches;
    const next = otherTheme(choice, isSystemDark);
    applyTheme(next);
    setChoice(next);
  };
  return (
    <button
      type="button"
      className="button button-bare shell-icon"
      onClick={switchTheme}
      aria-label="Switch between light and dark"
      title="Light or dark"
    >
      <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
        <circle cx="10" cy="10" r="7" fill="none" stroke="currentColor" strokeWidth="1.6" />
        <path d="M10 3a7 7 0 0 1 0 14z" fill="currentColor" />
      </svg>
    </button>
  );
}
