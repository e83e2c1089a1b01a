import { describe, expect, it } from 'vitest';
import {
  acceptedSubprotocol,
  detectBetaShape,
  negotiateDialect,
  offeredSubprotocols,
} from './dialect.ts';

describe('negotiateDialect', () => {
  it.each([
    { betaHeader: undefined, protocolHeader: '', dialect: 'ga' },
    { betaHeader: 'realtime=v1', protocolHeader: '', dialect: 'beta' },
    { betaHeader: 'assistants=v2, realtime=v1', protocolHeader: '', dialect: 'beta' },
    { betaHeader: 'assistants=v2', protocolHeader: '', dialect: 'ga' },
    {
      betaHeader: undefined,
      protocolHeader: 'realtime, openai-beta.realtime-v1',
      dialect: 'beta',
    },
    {
      betaHeader: undefined,
      protocolHeader: 'realtime, openai-insecure-api-key.sk-1',
      dialect: 'ga',
    },
  ])('reads $dialect from "$betaHeader" and "$protocolHeader"', (handshake) => {
    const { betaHeader, protocolHeader, dialect } = handshake;
    const subprotocols = offeredSubprotocols(protocolHeader);
    expect(negotiateDialect({ betaHeader, subprotocols })).toBe(dialect);
  });

  it('reads a repeated header and a set of subprotocols', () => {
    const subprotocols = new Set(['realtime']);
    expect(negotiateDialect({ betaHeader: ['a', 'realtime=v1'], subprotocols })).toBe('beta');
  });
});

describe('acceptedSubprotocol', () => {
  it('answers realtime when it is offered and never the key', () => {
    const offered = offeredSubprotocols('openai-insecure-api-key.sk-1 ,realtime,');
    expect(offered).toEqual(['openai-insecure-api-key.sk-1', 'realtime']);
    expect(acceptedSubprotocol(offered)).toBe('realtime');
    expect(acceptedSubprotocol(['openai-insecure-api-key.sk-1'])).toBeNull();
    expect(acceptedSubprotocol(offeredSubprotocols(undefined))).toBeNull();
  });
});

describe('detectBetaShape', () => {
  it.each([
    ['modalities', { modalities: ['text', 'audio'] }],
    ['voice', { voice: 'alloy', instructions: 'x' }],
    ['input_audio_format', { input_audio_format: 'pcm16' }],
    ['output_audio_format', { output_audio_format: 'pcm16' }],
    ['turn_detection set to null', { turn_detection: null }],
    ['input_audio_transcription', { input_audio_transcription: {} }],
  ])('knows a flat session by %s', (_, session) => {
    expect(detectBetaShape(session)).toBe(true);
  });

  it.each([
    ['a GA session', { type: 'realtime', audio: {} }],
    ['a typed session with a flat key', { type: 'realtime', voice: 'alloy' }],
    ['a session that could be either', { instructions: 'x', tools: [] }],
    ['an inherited name', { constructor: 1 }],
    ['no object', null],
    ['a list', ['voice']],
  ])('does not take %s for beta', (_, session) => {
    expect(detectBetaShape(session)).toBe(false);
  });
});
