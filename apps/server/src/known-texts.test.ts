import { PLAIN_TOOL } from '@antiphon/session';
import type { Dialogue, ToolDefinition } from '@antiphon/session';
import { TEST_CONFIG } from '@antiphon/session/testing';
import { describe, expect, it } from 'vitest';
import { fixedTexts, scriptedTexts } from './known-texts.ts';

describe('fixedTexts', () => {
  it('lists what is said in every conversation', () => {
    expect(
      fixedTexts({ ...TEST_CONFIG, greeting: 'Hello.', covers: ['One moment.'], tools: [] }),
    ).toEqual(['Hello.', 'One moment.', TEST_CONFIG.apology, TEST_CONFIG.farewell]);
    expect(fixedTexts({ ...TEST_CONFIG, greeting: null })).not.toContain(null);
  });

  it('lists what is said while tools run, and before', () => {
    const tool: ToolDefinition = {
      ...PLAIN_TOOL,
      name: 'cancel',
      description: 'Cancels.',
      parameters: {},
      runs: 'server',
      covers: ['Asking them.'],
      readBack: '[Cancel {id}]. Shall I?',
    };
    const followUp = { subject: 'Done', body: 'Done.' };
    const { progress, offer, addressCheck, addressAsk, staying } = TEST_CONFIG.toolPhrases;
    const texts = fixedTexts({ ...TEST_CONFIG, tools: [tool] });
    expect(texts).toEqual(
      expect.arrayContaining(['Asking them.', ...progress, 'Cancel {id}. Shall I?']),
    );
    expect(texts).not.toContain(offer);
    expect(fixedTexts({ ...TEST_CONFIG, tools: [{ ...tool, followUp }] })).toEqual(
      expect.arrayContaining([offer, addressCheck, addressAsk, staying]),
    );
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
