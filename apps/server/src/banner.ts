import path from 'node:path';
import type { RunningServer } from './server.ts';

/** What is printed once the server takes calls: where to go and how to call. */
export function banner(server: RunningServer, workingDir: string): string {
  const { url, key, keyFile, isNewKey, agents } = server;
  const here = browsableUrl(url);
  const [first = ''] = agents;
  // A key that somebody set is in use elsewhere, and this output may be kept.
  const fragment = keyFile === null ? '' : `#key=${encodeURIComponent(key)}`;
  const lines = [
    'Antiphon is ready.',
    '',
    `  Talk      ${here}/${fragment}`,
    `  Call      npx antiphon call ${first}`,
    `  Realtime  ${here.replace('http', 'ws')}/v1/realtime?agent=${first}`,
    `  Agents    ${agents.join(', ')}`,
    `  Key       ${keyFile === null ? 'from ANTIPHON_API_KEYS' : shortest(keyFile, workingDir)}`,
  ];
  if (isNewKey) lines.push('', `  A new API key was made: ${key}`);
  lines.push('', 'Ctrl-C stops it.');
  return `${lines.join('\n')}\n`;
}

/** An address that listens on every interface is none a browser can open. */
function browsableUrl(url: string): string {
  return url.replace('//0.0.0.0:', '//localhost:').replace('//[::]:', '//localhost:');
}

function shortest(file: string, workingDir: string): string {
  const relative = path.relative(workingDir, file);
  return relative.startsWith('..') ? file : relative;
}
