import { ConsoleError } from '../../api/console-error.ts';

/** What is wrong, and what to do about it. */
export interface CallProblem {
  readonly text: string;
  /** The microphone is what is missing: the call can be held by typing. */
  readonly canType: boolean;
}

/** How a socket was closed, and the last error that the server told before it. */
export interface CallClosing {
  readonly code: number;
  readonly reason: string;
  readonly error: string | null;
}

/** The server's reason of a connection without a good key. */
const INVALID_KEY = 3000;

/** What to tell a person whose microphone or loudspeaker could not be opened. */
export function deviceProblem(error: unknown, isSecure: boolean): CallProblem {
  if (!isSecure) {
    return byTyping(
      'Browsers give the microphone only to pages on localhost or https. Open this page at one of these',
    );
  }
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return byTyping(
        'This page may not use the microphone. Allow it in the browser’s site settings',
      );
    case 'NotFoundError':
      return byTyping('There is no microphone. Connect one');
    case 'OverconstrainedError':
      return byTyping('The chosen microphone is not there. Connect it or choose another');
    case 'NotReadableError':
      return byTyping(
        'The microphone cannot be opened; another program may be using it. Close that program',
      );
    case 'AbortError':
      // The page's own audio code did not load.
      return { text: NO_SERVER, canType: false };
    default:
      return { text: `The sound could not be opened: ${message}`, canType: false };
  }
}

/** What to tell a person when the server did not let the page call. */
export function mintingProblem(error: unknown): CallProblem {
  const text = error instanceof ConsoleError ? error.message : String(error);
  return { text, canType: false };
}

/** What to tell a person whose call was closed; null when it ended as calls do. */
export function closingProblem({ code, reason, error }: CallClosing): CallProblem | null {
  const text = closingText({ code, reason, error });
  return text === null ? null : { text, canType: false };
}

function closingText({ code, reason, error }: CallClosing): string | null {
  switch (code) {
    case 1000:
      return null;
    case 1001:
      return error ?? 'The server is stopping. Start again in a moment.';
    case 1006:
      return 'The connection is lost. Is the server still running?';
    case 1013:
      return `The server takes no calls now: ${reason}. Try again in a moment.`;
    case INVALID_KEY:
      return 'The server does not know this call’s key any more. Start again, or log out and in.';
    default:
      return error ?? `The server closed the call (${code} ${reason}).`.replace(' )', ')');
  }
}

/** What to tell a person whose microphone went away in a call. */
export const MICROPHONE_LOST: CallProblem = {
  text: 'The microphone is gone. Connect it and start again, or go on by typing.',
  canType: true,
};

/** What to tell a person whose server does not answer. */
const NO_SERVER = 'The server does not answer. Is it running?';

function byTyping(what: string): CallProblem {
  return { text: `${what} and start again, or talk by typing.`, canType: true };
}
