import { readFileSync } from 'node:fs';
import type { ConversationItem, Dialogue, EngineEvent } from '@antiphon/session';
import { systemClock } from '@antiphon/session';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CascadeEngine } from '../cascade/cascade-engine.ts';
import { FakeTextToSpeech } from '../testing/index.ts';
import { telephoneFrames } from './fixture-clip.ts';
import { FliteProgram } from './flite/flite-program.ts';
import { ScriptedLanguageModel } from './scripted-model/scripted-language-model.ts';
import { SoundSwallowerSpeechToText } from './soundswallower/soundswallower-speech-to-text.ts';
import { spokenClip } from './spoken-clip.ts';

const dialogueUrl = new URL(
  '../../../../apps/server/agents/acme-support/dialogue.yaml',
  import.meta.url,
);
const dialogue = parse(readFileSync(dialogueUrl, 'utf8')) as Dialogue;

const HISTORY: ConversationItem[] = [
  message('caller', "i'd like to check on an order"),
  message('agent', "Sure. What's the order number?"),
];

let speechToText: SoundSwallowerSpeechToText;
let flite: FliteProgram;

beforeAll(async () => {
  speechToText = await SoundSwallowerSpeechToText.start({ dialogue });
  flite = await FliteProgram.load();
});

afterAll(() => speechToText.close());

type Heard = Extract<EngineEvent, { type: 'transcript' }>;

/** Every transcript of a turn that the embedded engine hears after the agent's question. */
function transcripts(pcm: Int16Array, sessionId: string): Promise<Heard[]> {
  const engine = new CascadeEngine({
    name: 'embedded',
    speechToText,
    languageModel: new ScriptedLanguageModel(dialogue),
    textToSpeech: new FakeTextToSpeech(systemClock),
    clock: systemClock,
    // All of the turn comes at once, so the recogniser has more to do after its end than in a call.
    timeouts: { transcriptMs: 60_000 },
  });
  return new Promise((resolve) => {
    const heard: Heard[] = [];
    const session = engine.open({
      sessionId,
      history: () => HISTORY,
      onEvent: (event) => {
        if (event.type !== 'transcript') return;
        heard.push(event);
        if (event.isFinal) resolve(heard);
      },
    });
    session.beginTurn('turn');
    for (const frame of telephoneFrames(pcm)) session.hear(frame);
    session.commitTurn('turn');
  });
}

describe('a number that the agent asked for, told with pauses', () => {
  it.each([300, 500, 700])('is not over before the fourth digit, at %i ms', async (gapMs) => {
    const pieces = ["it's", 'uh', 'four', 'four', 'seven', 'one'];
    const pcm = spokenClip(flite, pieces, { voice: 'rms', gapMs });
    const heard = await transcripts(pcm, `pauses of ${gapMs}`);
    expect(heard.at(-1)?.text).toBe("it's uh four four seven one");
    const partials = heard.slice(0, -1);
    const begun = partials.filter(({ text }) => [1, 2, 3].includes(digitsIn(text)));
    expect(new Set(begun.map(({ text }) => digitsIn(text)))).toEqual(new Set([1, 2, 3]));
    expect(new Set(begun.map(({ endOfTurn }) => endOfTurn))).toEqual(new Set([0]));
    expect(partials.at(-1)).toMatchObject({ text: heard.at(-1)?.text, endOfTurn: 0.8 });
  });

  it('is over after the fifth digit', async () => {
    const pieces = ['five five', 'one', 'two nine'];
    const pcm = spokenClip(flite, pieces, { voice: 'slt', gapMs: 400 });
    const partials = (await transcripts(pcm, 'five digits')).slice(0, -1);
    const whole = partials.filter(({ text }) => text === 'five five one two nine');
    expect(whole.map(({ endOfTurn }) => endOfTurn)).toContain(1);
  });
});

function digitsIn(text: string): number {
  const names = 'zero oh one two three four five six seven eight nine'.split(' ');
  return text.split(' ').filter((word) => names.includes(word)).length;
}

function message(speaker: 'agent' | 'caller', text: string): ConversationItem {
  const rest = { medium: 'audio', status: 'completed', audioMs: 1000 } as const;
  return { kind: 'message', id: `${speaker} ${text}`, speaker, text, ...rest };
}
