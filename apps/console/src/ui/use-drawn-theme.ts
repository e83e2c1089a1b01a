import { useSyncExternalStore } from 'react';

const query = matchMedia('(prefers-color-scheme: dark)');

function subscribe(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  query.addEventListener('change', listener);
  return () => {
    observer.disconnect();
    query.removeEventListener('change', listener);
  };
}

function drawn(): 'light' | 'dark' {
  const { theme } = document.documentElement.dataset;
  if (theme === 'light' || theme === 'dark') return theme;
  return query.matches ? 'dark' : 'light';
}

/** The theme that is drawn; for what is drawn on a canvas, which CSS does not reach. */
export function useDrawnTheme(): 'light' | 'dark' {
  return useSyncExternalStore(subscribe, drawn);
}

/** A colour of the theme, such as `--accent`, as it is drawn inside an element now. */
export function drawnColor(inside: Element, variable: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${variable})`;
  inside.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
