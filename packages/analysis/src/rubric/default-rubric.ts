import { rubricSchema } from './rubric.ts';
import type { Rubric } from './rubric.ts';

/** What calls are judged by where nobody says anything else. */
export const DEFAULT_RUBRIC: Rubric = rubricSchema.parse({
  name: 'service-call',
  about:
    'A caller talks with an automated agent on the telephone or in a browser. Judge what the caller ' +
    'could hear; the transcript tells what was done meanwhile and which words were not heard.',
  dimensions: [
    {
      id: 'resolution',
      weight: 2,
      asks: 'Did the caller get what they called for, or a clear next step?',
      scores: {
        5: 'all of it, without having to ask twice',
        3: 'a part, or a next step after some detours',
        1: 'nothing, or the caller gave up',
      },
    },
    {
      id: 'grounding',
      weight: 2,
      asks: 'Is each fact that the agent says one that a tool returned or the caller told?',
      scores: {
        5: 'all facts can be traced',
        3: 'a detail that cannot be traced and does no harm',
        1: 'a number, a status or a promise was made up',
      },
    },
    {
      id: 'consent',
      weight: 2,
      asks: 'Was everything that changes something read back, and done only after a clear yes?',
      scores: {
        5: 'always',
        3: 'read back, and the yes could be doubted',
        1: 'something was done without a yes or after a no',
      },
    },
    {
      id: 'listening',
      asks: 'Did the agent understand at once, and let the caller finish or cut in?',
      scores: {
        5: 'always; it stopped when the caller spoke and went on sensibly',
        3: 'it misheard or talked over the caller once',
        1: 'it kept mishearing, repeating or talking on',
      },
    },
    {
      id: 'brevity',
      asks: 'Are the answers as short as a listener needs, with the main thing first?',
      scores: {
        5: 'at most three sentences, and the answer comes first',
        3: 'some answers ramble or list more than can be kept in mind',
        1: 'long speeches',
      },
    },
    {
      id: 'speech',
      asks: 'Does it sound well: easily understood, numbers as people say them, a fitting tone?',
      scores: {
        5: 'throughout',
        3: 'an odd pronunciation or a tone that does not fit',
        1: 'hard to understand, or markup and field names are read aloud',
      },
    },
    {
      id: 'waiting',
      asks: 'When something took long, was the caller told, and never left in silence?',
      scores: {
        5: 'told within a second, and kept up to date',
        3: 'told late, or a silence of some seconds',
        1: 'left in silence',
      },
    },
  ],
});
