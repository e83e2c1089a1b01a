import type { Dialogue } from '@antiphon/session';
import { TEST_CONFIG } from '@antiphon/session/testing';
import { describe, expect, it } from 'vitest';
import { fixedTexts, scriptedTexts } from './known-texts.ts';

describe('fixedTexts', () => {
  it('lists what is said in every conversation', () => {
    const tools = TEST_CONFIG.tools.map((tool) => ({
      ...tool,
      covers: [`${tool.name} runs.`],
      readBack: `[Run ${tool.name} {id}]. Shall I?`,
    }));
    const { progress, offer, addressCheck, addressAsk, staying, emailFailed } =
      TEST_CONFIG.toolPhrases;
    const config = { ...TEST_CONFIG, tools, greeting: 'Hello.', covers: ['One moment.'] };
    expect(fixedTexts(config)).toEqual([
      'Hello.',
      'One moment.',
      ...tools.flatMap(({ covers }) => covers),
      ...tools.map(({ name }) => `Run ${name} {id}. Shall I?`),
      ...progress,
      offer,
      addressCheck,
      addressAsk,
      staying,
      emailFailed,
      TEST_CONFIG.apology,
      TEST_CONFIG.farewell,
    ]);
    expect(fixedTexts({ ...TEST_CONFIG, greeting: null })).not.toContain(null);
  });
});

describe('scriptedTexts', () => {
  it('finds what is said in every corner of a script', () => {
    const dialogue: Dialogue = {
      slots: {},
      intents: {},
      start: 'open',
      unclear: ['Pardon?'],
      anywhere: { hours: { say: ['From nine to five.'] } },
      stages: {
        open: {
          unclear: ['Which order?'],
          incomplete: ['And the rest?'],
          on: {
            order: {
              say: ['Let me see.'],
              call: {
                tool: 'lookup_order',
                arguments: {},
                results: [
                  { when: { found: 'true' }, say: ['It is {result.status}.'] },
                  {
                    when: {},
                    call: {
                      tool: 'other',
                      arguments: {},
                      results: [],
                      failed: { say: ['Both failed.'] },
                    },
                  },
                ],
                failed: { say: ['It failed.'] },
              },
            },
          },
        },
      },
    };
    expect(scriptedTexts(dialogue).toSorted()).toEqual([
      'And the rest?',
      'Both failed.',
      'From nine to five.',
      'It failed.',
      'It is {result.status}.',
      'Let me see.',
      'Pardon?',
      'Which order?',
    ]);
  });
});
