/** A mail server and how to talk to it. */
export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte, not by STARTTLS. */
  readonly isSecure: boolean;
  /** Whether nothing is sent unless the connection is encrypted. */
  readonly requiresTls: boolean;
  readonly auth: { readonly user: string; readonly pass: string } | null;
}

const SUBMISSION_PORT = 587;
const SECURE_PORT = 465;

/**
 * Reads `smtp://[user:password@]host[:port]` (STARTTLS where the server offers it) or `smtps://…`.
 * With a password and a host that is not this machine, the connection must be encrypted, unless
 * the address ends in `?requireTLS=false`. `null` for anything else.
 */
export function readSmtpUrl(text: string): SmtpServer | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !['smtp:', 'smtps:'].includes(url.protocol) || url.hostname === '') return null;
  if (!['', '/'].includes(url.pathname) || url.hash !== '' || url.port === '0') return null;
  const user = decoded(url.username);
  const pass = decoded(url.password);
  if (user === null || pass === null || (user === '') !== (pass === '')) return null;
  const requireTls = /^(?:\?requireTLS=(?<value>true|false))?$/u.exec(url.search);
  if (!requireTls) return null;
  const isSecure = url.protocol === 'smtps:';
  const host = url.hostname.replaceAll(/^\[|\]$/gu, '');
  const wish = requireTls.groups?.['value'];
  return {
    host,
    port: url.port === '' ? (isSecure ? SECURE_PORT : SUBMISSION_PORT) : Number(url.port),
    isSecure,
    requiresTls: wish === undefined ? pass !== '' && !isLoopback(host) : wish === 'true',
    auth: pass === '' ? null : { user, pass },
  };
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/u.test(host);
}
