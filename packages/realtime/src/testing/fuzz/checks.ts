import type { WireEvent } from '../wire-shorthand.ts';
import type { Frame } from './frame-of-text.ts';
import type { ExpectedFault } from './shape-damage.ts';

/** The answer is one of these errors, about the event of the frame. */
export function checkError(
  answer: WireEvent | undefined,
  faults: readonly ExpectedFault[],
  { eventId, dialect }: Pick<Frame, 'eventId'> & { readonly dialect: 'ga' | 'beta' },
): void {
  const told = answer?.error;
  const isOneOf = faults.some(
    ({ code, param }) => told?.code === code && told.param === placeIn(dialect, param),
  );
  check(isOneOf, `not one of the errors ${JSON.stringify(faults)}`, answer);
  check(told?.event_id === eventId, `not about the event ${JSON.stringify(eventId)}`, answer);
  const { message = '' } = told ?? {};
  check(message !== '' && message.length < 2_000, 'no readable message', answer);
}

/** Where a client of the dialect wrote the member. */
function placeIn(dialect: 'ga' | 'beta', param: string | null): string | null {
  if (dialect === 'ga') return param;
  switch (param) {
    case 'response.audio.output.voice':
      return 'response.voice';
    case 'response.audio.output.format':
      return 'response.output_audio_format';
    case 'session.audio.output.format':
      return 'session.output_audio_format';
    default:
      return param;
  }
}

export function checkNone(what: string, found: readonly string[]): void {
  check(found.length === 0, `${what} violations`, found.slice(0, 5));
}

/** Throws the complaint, with what shows it, unless all is right. */
export function check(isRight: boolean, complaint: string, evidence: unknown): void {
  if (isRight) return;
  // Audio says nothing about what went wrong.
  const shown = JSON.stringify(evidence)
    ?.replaceAll(/A{40,}/gu, 'AA…')
    .slice(0, 2_000);
  throw new Error(`${complaint}: ${shown}`);
}
