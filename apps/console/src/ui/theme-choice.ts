/** What the reader chose: a theme, or that of the system. */
export type ThemeChoice = 'system' | 'light' | 'dark';

const KEY = 'antiphon.theme';

/** The choice that was made in this browser before. */
export function storedTheme(): ThemeChoice {
  try {
    return readTheme(localStorage.getItem(KEY));
  } catch {
    // A browser may refuse storage; the system's theme does then.
    return 'system';
  }
}

/** Anything that is no theme is the system's. */
export function readTheme(text: string | null): ThemeChoice {
  return text === 'light' || text === 'dark' ? text : 'system';
}

/** Draws the page in the theme and keeps the choice. */
export function applyTheme(choice: ThemeChoice): void {
  const { dataset } = document.documentElement;
  if (choice === 'system') delete dataset.theme;
  else dataset.theme = choice;
  try {
    localStorage.setItem(KEY, choice);
  } catch {
    // Not kept, but drawn.
  }
}

/** The choice that draws the other theme than now; that of the system where it is the same. */
export function otherTheme(choice: ThemeChoice, isSystemDark: boolean): ThemeChoice {
  const isDark = choice === 'system' ? isSystemDark : choice === 'dark';
  if (isDark === isSystemDark) return isDark ? 'light' : 'dark';
  return 'system';
}
