import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { keyOfHash } from './api/log-in.ts';
import { App } from './app.tsx';
import { applyTheme, storedTheme } from './ui/theme-choice.ts';
import './ui/theme.css';

applyTheme(storedTheme());

const linkKey = keyOfHash(location.hash);
// Out of the address at once, so that it is neither shared nor kept in the history.
if (linkKey !== null) {
  history.replaceState(history.state, '', location.pathname + location.search);
}
// Put into the address of a page that is open, such a link changes the hash alone.
addEventListener('hashchange', () => {
  if (keyOfHash(location.hash) !== null) location.reload();
});

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element with the id "root"');
createRoot(root).render(
  <StrictMode>
    <App linkKey={linkKey} />
  </StrictMode>,
);
