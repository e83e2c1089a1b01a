import { describe, expect, it } from 'vitest';
import {
  applySessionPatch,
  DEFAULT_SILENCE_DURATION_MS,
  defaultSessionConfig,
} from './session-defaults.ts';

const DEFAULTS = defaultSessionConfig({ model: 'm', silenceDurationMs: 200 });

describe('defaultSessionConfig', () => {
  it('waits the documented half second of silence unless told otherwise', () => {
    expect(DEFAULT_SILENCE_DURATION_MS).toBe(500);
    expect(defaultSessionConfig({ model: 'm' }).turnDetection).toMatchObject({
      silenceDurationMs: 500,
    });
    expect(DEFAULTS.turnDetection).toMatchObject({ silenceDurationMs: 200 });
  });
});

describe('applySessionPatch', () => {
  it('keeps what the patch does not mention', () => {
    const config = { ...DEFAULTS, instructions: 'Be brief.', voice: 'cedar' };
    const next = applySessionPatch(config, { instructions: 'Be long.' }, DEFAULTS);
    expect(next).toEqual({ ...config, instructions: 'Be long.' });
    expect(config.instructions).toBe('Be brief.');
  });

  it('returns to the default where null cannot mean off', () => {
    const config = { ...DEFAULTS, voice: 'cedar', maxOutputTokens: 5, toolChoice: 'none' as const };
    const patch = { voice: null, maxOutputTokens: null, toolChoice: null };
    expect(applySessionPatch(config, patch, DEFAULTS)).toEqual(DEFAULTS);
  });

  it('switches off with null what the defaults have on', () => {
    const defaults = { ...DEFAULTS, inputTranscription: { model: 'w' } };
    const patch = { turnDetection: null, inputTranscription: null };
    const next = applySessionPatch(defaults, patch, defaults);
    expect(next.turnDetection).toBeNull();
    expect(next.inputTranscription).toBeNull();
  });

  it('completes turn detection from the defaults, not from earlier updates', () => {
    const first = applySessionPatch(
      DEFAULTS,
      { turnDetection: { type: 'server_vad', threshold: 0.9, interruptResponse: false } },
      DEFAULTS,
    );
    expect(first.turnDetection).toEqual({
      type: 'server_vad',
      threshold: 0.9,
      prefixPaddingMs: 300,
      silenceDurationMs: 200,
      idleTimeoutMs: null,
      createResponse: true,
      interruptResponse: false,
    });
    const second = applySessionPatch(first, { turnDetection: { type: 'semantic_vad' } }, DEFAULTS);
    expect(second.turnDetection).toEqual({
      type: 'semantic_vad',
      eagerness: 'auto',
      createResponse: true,
      interruptResponse: true,
    });
    const third = applySessionPatch(second, { turnDetection: { type: 'server_vad' } }, DEFAULTS);
    expect(third.turnDetection).toEqual(DEFAULTS.turnDetection);
  });
});
