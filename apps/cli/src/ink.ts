import pc from 'picocolors';

/** How kinds of text are told apart, in colour or without. */
export interface Ink {
  readonly caller: (text: string) => string;
  readonly agent: (text: string) => string;
  readonly tool: (text: string) => string;
  readonly alarm: (text: string) => string;
  readonly good: (text: string) => string;
  readonly dim: (text: string) => string;
  /** Words that nobody heard. */
  readonly struck: (text: string) => string;
}

/** Where text goes and what its reader wants of it. */
export interface InkSurface {
  readonly isTTY?: boolean | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Ink for a terminal, or plain text where there is none or NO_COLOR is set (https://no-color.org). */
export function inkFor({ isTTY, environment }: InkSurface): Ink {
  const isForced = (environment['FORCE_COLOR'] ?? '0') !== '0';
  const isRefused = (environment['NO_COLOR'] ?? '') !== '' || environment['TERM'] === 'dumb';
  const isColoured = isForced || (isTTY === true && !isRefused);
  const colours = pc.createColors(isColoured);
  return {
    caller: colours.cyan,
    agent: colours.magenta,
    tool: colours.yellow,
    alarm: (text) => colours.bold(colours.red(text)),
    good: (text) => colours.bold(colours.green(text)),
    dim: colours.dim,
    struck: isColoured ? colours.strikethrough : (text) => `~~${text}~~`,
  };
}
