import path from 'node:path';
import type { RunningServer } from './server.ts';

/** Whom the banner is for. */
export interface BannerReader {
  readonly workingDir: string;
  /** Whether the output goes to a terminal; what is kept elsewhere shows no key but a new one. */
  readonly isTerminal: boolean;
}

/** What is printed once the server takes calls: where to go and how to call. */
export function banner(server: RunningServer, { workingDir, isTerminal }: BannerReader): string {
  const { url, key, keyFile, isNewKey, agents, selfSignedCertFile, mails, undurableTools } = server;
  const here = browsableUrl(url);
  const [first = ''] = agents;
  // A key that somebody set is in use elsewhere.
  const showsKey = keyFile !== null && (isNewKey || isTerminal);
  const fragment = showsKey ? `#key=${encodeURIComponent(key)}` : '';
  const isTls = here.startsWith('https');
  const address = isTls ? ` --url ${here}` : '';
  const trust = selfSignedCertFile === null ? '' : `NODE_EXTRA_CA_CERTS=${selfSignedCertFile} `;
  const lines = [
    'Antiphon is ready.',
    '',
    `  Talk      ${here}/talk${fragment}`,
    `  Call      ${trust}npx antiphon call ${first}${address}`,
    `  Realtime  ${here.replace('http', 'ws')}/v1/realtime?agent=${first}`,
    `  Agents    ${agents.join(', ')}`,
    `  Key       ${keyFile === null ? 'from ANTIPHON_API_KEYS' : shortest(keyFile, workingDir)}`,
  ];
  if (undurableTools.length > 0) {
    lines.push(
      `  Tools     ${undurableTools.join(', ')}: queued, but run in this process, and a call that`,
      '            runs is lost with it; REDIS_URL and npm run worker make them durable',
    );
  }
  if (selfSignedCertFile !== null) {
    lines.push(
      `  TLS       self-signed: ${shortest(selfSignedCertFile, workingDir)}`,
      `            Node clients trust it with NODE_EXTRA_CA_CERTS=${selfSignedCertFile}`,
    );
  }
  lines.push('', mails);
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
