/** What to tell a person whose microphone could not be opened. */
export function microphoneProblem(error) {
  if (!window.isSecureContext) {
    return 'Browsers give the microphone only to pages on localhost or https. Open this page at one of these.';
  }
  switch (error.name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'This page may not use the microphone. Allow it in the browser’s site settings, then start again.';
    case 'NotFoundError':
      return 'There is no microphone. Connect one, then start again.';
    case 'NotReadableError':
      return 'The microphone cannot be opened; another program may be using it. Close that, then start again.';
    case 'AbortError':
      // The page's own audio code did not load.
      return NO_SERVER;
    default:
      return `The sound could not be opened: ${error.message}`;
  }
}

/** What to tell a person whose call was closed; `null` when it ended as calls do. */
export function closingProblem({ code, reason, error }) {
  switch (code) {
    case 1000:
      return null;
    case 1001:
      return 'The server is stopping. Start again in a moment.';
    case 1006:
      return 'The connection is lost. Is the server still running?';
    case 1013:
      return `The server takes no calls now: ${reason}.`;
    case 3000:
      return WRONG_KEY;
    default:
      return error?.message ?? `The server closed the call (${code} ${reason}).`;
  }
}

/** What to tell a person whose key the server does not know. */
export const WRONG_KEY =
  'The server does not know this API key. Use the one it printed at its first start.';

/** What to tell a person whose server does not answer. */
export const NO_SERVER = 'The server does not answer. Is it still running?';
