import type {
  Dialogue,
  DialogueCall,
  DialogueReply,
  DialogueResult,
  DialogueStage,
} from '@antiphon/session';
import { z } from 'zod';
import { strictMapping } from './schema-faults.ts';

const nameSchema = z.string().regex(/^[a-z][a-z0-9_]*$/i, {
  error: 'Start a name with a letter; go on with letters, digits and underscores.',
});
const texts = z.array(z.string().trim().min(1)).min(1);

const slotSchema = z.discriminatedUnion('kind', [
  strictMapping({
    kind: z.literal('digits'),
    minLength: z.int().min(1).max(20).describe('the fewest digits there can be'),
    maxLength: z.int().min(1).max(20).describe('the most digits there can be'),
  }),
  strictMapping({
    kind: z.literal('choice'),
    values: texts.describe('a list of what callers may say'),
  }),
]);

const whenSchema = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean()]).transform(String),
);

const replyShape = {
  set: z.exactOptional(z.record(nameSchema, z.string())),
  say: z.exactOptional(texts),
  repeat: z.exactOptional(z.literal(true)),
  call: z.exactOptional(z.lazy(() => callSchema)),
  goto: z.exactOptional(z.string()),
};
const replySchema: z.ZodType<DialogueReply> = strictMapping(replyShape);
const resultSchema: z.ZodType<DialogueResult> = strictMapping({
  when: whenSchema.default({}),
  ...replyShape,
});
const callSchema: z.ZodType<DialogueCall> = strictMapping({
  tool: z.string().min(1).describe('the name of a tool in agent.yaml'),
  arguments: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  results: z.array(resultSchema).describe('a list of replies to its results'),
  failed: replySchema.describe('what is said when the call fails'),
});

const repliesSchema = z.record(z.string(), replySchema);
const stageSchema: z.ZodType<DialogueStage> = strictMapping({
  on: repliesSchema.describe('the replies by intent, or {} for none'),
  unclear: z.exactOptional(texts),
  incomplete: z.exactOptional(texts),
});

/** The shape of `dialogue.yaml`; what its names refer to is checked apart. */
export const dialogueSchema: z.ZodType<Dialogue> = strictMapping({
  slots: z.record(nameSchema, slotSchema).default({}),
  intents: z
    .record(nameSchema, strictMapping({ examples: texts.describe('a list of ways to say it') }))
    .describe('what callers say, by a name of your choice'),
  start: z.string().describe('the stage a conversation begins in'),
  stages: z.record(nameSchema, stageSchema).describe('the stages of the conversation, by name'),
  anywhere: z.exactOptional(repliesSchema),
  unclear: texts.describe('a list of texts for when nothing was understood'),
});
