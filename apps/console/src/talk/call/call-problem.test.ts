import { describe, expect, it } from 'vitest';
import { ConsoleError } from '../../api/console-error.ts';
import { closingProblem, deviceProblem, mintingProblem } from './call-problem.ts';

const named = (name: string) => Object.assign(new Error('why'), { name });

describe('what a person is told of a problem', () => {
  it.each([
    ['NotAllowedError', 'Allow it in the browser’s site settings and start again'],
    ['NotFoundError', 'There is no microphone. Connect one and start again'],
    ['OverconstrainedError', 'The chosen microphone is not there'],
    ['NotReadableError', 'another program may be using it'],
  ])('says what to do about %s, and that typing does as well', (name, words) => {
    const { text, canType } = deviceProblem(named(name), true);
    expect(text).toContain(words);
    expect(text).toContain('talk by typing');
    expect(canType).toBe(true);
  });

  it('names an insecure page before anything else', () => {
    expect(deviceProblem(named('SecurityError'), false).text).toContain('localhost or https');
  });

  it('says that the server is gone when the page’s own audio code does not load', () => {
    const problem = deviceProblem(named('AbortError'), true);
    expect(problem).toStrictEqual({
      text: 'The server does not answer. Is it running?',
      canType: false,
    });
  });

  it('keeps the browser’s words for what nobody foresaw', () => {
    expect(deviceProblem(named('OddError'), true).text).toBe('The sound could not be opened: why');
    expect(deviceProblem('odd', true).text).toBe('The sound could not be opened: odd');
  });

  it('keeps the server’s words when it lets nobody call', () => {
    const error = new ConsoleError('refused', 'Too many secrets.');
    expect(mintingProblem(error).text).toBe('Too many secrets.');
  });

  it.each([
    [1000, '', null],
    [1001, '', 'The server is stopping. Start again in a moment.'],
    [1006, '', 'The connection is lost. Is the server still running?'],
    [
      1013,
      'all 3 sessions are taken',
      'The server takes no calls now: all 3 sessions are taken. Try again in a moment.',
    ],
    [1011, 'server_error', 'The server closed the call (1011 server_error).'],
    [4004, '', 'The server closed the call (4004).'],
  ])('says of a connection closed with %i %s: %s', (code, reason, text) => {
    expect(closingProblem({ code, reason, error: null })?.text ?? null).toBe(text);
  });

  it('prefers what the server said before it closed', () => {
    const closing = { code: 1001, reason: '', error: 'Your session expired.' };
    expect(closingProblem(closing)?.text).toBe('Your session expired.');
  });
});
