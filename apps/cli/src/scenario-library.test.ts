import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { peak, ulawToPcm16, writeWav } from '@antiphon/audio';
import { describe, expect, it } from 'vitest';
import { readClip } from './clip.ts';
import { ScenarioLibrary, SCENARIOS } from './scenario-library.ts';

const AGENT = 'acme-support';
const library = new ScenarioLibrary(SCENARIOS);
const names = readdirSync(path.join(SCENARIOS, AGENT))
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => path.parse(file).name);

describe('the scenarios that come with the program', () => {
  it.each(names)('%s can be played with every voice', (name) => {
    const scenario = library.scenario(AGENT, name);
    expect(scenario.agent).toBe(AGENT);
    const voices = library.voices(AGENT, 'all');
    expect(voices.length).toBeGreaterThanOrEqual(2);
    for (const line of scenario.conversation) {
      if (line.speaker === 'agent') continue;
      for (const voice of voices) {
        const { ulaw, voiceStartSamples, voiceEndSamples } = library.clip(AGENT, voice, line.clip);
        expect(voiceEndSamples).toBeGreaterThan(voiceStartSamples);
        expect(peak(ulawToPcm16(ulaw))).toBeLessThan(20_000);
      }
    }
  });

  it('stay small', () => {
    for (const voice of library.voices(AGENT, 'all')) {
      const folder = path.join(SCENARIOS, AGENT, 'audio', voice);
      for (const file of readdirSync(folder)) {
        expect(statSync(path.join(folder, file)).size).toBeLessThan(40 * 1024);
      }
    }
  });
});

describe('ScenarioLibrary', () => {
  it('lists the scenarios of an agent when there is none of the name', () => {
    expect(() => library.scenario(AGENT, 'nothing')).toThrowError(
      `There is no scenario nothing for acme-support. There is: ${names.toSorted().join(', ')}.`,
    );
  });

  it('lists the agents that have scenarios when one has none', () => {
    expect(() => library.scenario('nobody', 'worked-example')).toThrowError(
      'There are some for: acme-support.',
    );
  });

  it('finds no scenario outside its folder', () => {
    expect(() => library.scenario(AGENT, '../acme-support/worked-example')).toThrowError(
      'There is no scenario',
    );
  });

  it('plays to an agent what was written for another', () => {
    const { scenario, writtenFor } = library.find('my-agent', `${AGENT}/cancel-yes`);
    expect({ agent: scenario.agent, name: scenario.name, writtenFor }).toEqual({
      agent: 'my-agent',
      name: 'cancel-yes',
      writtenFor: AGENT,
    });
    expect(library.find(AGENT, 'cancel-yes').scenario).toEqual(
      library.scenario(AGENT, 'cancel-yes'),
    );
    expect(() => library.find('my-agent', 'cancel-yes')).toThrowError(
      'There are no scenarios for an agent my-agent.',
    );
    expect(() => library.find('my-agent', `${AGENT}/nothing`)).toThrowError(
      'There is no scenario nothing for acme-support.',
    );
  });

  it('lists the voices', () => {
    expect(library.voices(AGENT, 'all')).toEqual(['hts', 'rms']);
    expect(library.voices(AGENT, 'rms')).toEqual(['rms']);
    expect(() => library.voices(AGENT, 'tenor')).toThrowError('There is: hts, rms, all.');
  });
});

describe('readClip', () => {
  it('says what is wrong with a recording and how to make one', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'antiphon-clip-'));
    const file = path.join(folder, 'clip.wav');
    try {
      writeFileSync(file, writeWav(new Int16Array(160), { sampleRate: 16000, channels: 1 }));
      expect(() => readClip(file)).toThrowError(/clip\.wav: it is pcm16 at 16000 Hz .* sox /u);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
