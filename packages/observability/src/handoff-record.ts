import { z } from 'zod';

/** Where a call can be read and heard once it has ended: paths of the server, null where not kept. */
const transcriptRefSchema = z.object({
  sessionId: z.string(),
  events: z.string().nullable(),
  recording: z.string().nullable(),
});

/** Where a call can be read and heard once it has ended. */
export type TranscriptRef = z.infer<typeof transcriptRefSchema>;

/** What the person who takes over a call is told. */
export const handoffRecordSchema = z.object({
  /** Both as the agent wrote them; null where it wrote none. */
  reason: z.string().nullable(),
  summary: z.string().nullable(),
  /**
   * What was collected: the other arguments of the transfer, and the ids that earlier calls were
   * given or answered with, the latest of each name.
   */
  slots: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  transcriptRef: transcriptRefSchema,
});

/** What the person who takes over a call is told. */
export type HandoffRecord = z.infer<typeof handoffRecordSchema>;

/** More than a person reads; the ids that came first are left out. */
const MOST_SLOTS = 32;
const MOST_VALUE_CHARACTERS = 200;
const MOST_ID_LEVELS = 3;

type Slot = string | number | boolean;

/** Gathers, while a session goes on, what its handoff has to tell. */
export class HandoffNotes {
  readonly #ids = new Map<string, Slot>();

  /** The arguments or the result of a call, JSON text; anything else holds no ids. */
  note(json: string): void {
    this.#noteIds(objectOf(json), '', 1);
  }

  /** The record of a transfer with these arguments, JSON text. */
  record(transferArguments: string, transcriptRef: TranscriptRef): HandoffRecord {
    const { reason, summary, ...others } = objectOf(transferArguments);
    const slots = new Map(this.#ids);
    for (const [name, value] of Object.entries(others)) put(slots, name, value);
    return {
      reason: typeof reason === 'string' ? reason : null,
      summary: typeof summary === 'string' ? summary : null,
      slots: Object.fromEntries(slots),
      transcriptRef,
    };
  }

  /** Entries of lists are candidates, none of which was chosen. */
  #noteIds(object: Readonly<Record<string, unknown>>, within: string, level: number): void {
    for (const [key, value] of Object.entries(object)) {
      const name = key.toLowerCase() === 'id' && within !== '' ? `${within}_id` : key;
      if (isId(key) && (typeof value === 'string' || typeof value === 'number')) {
        put(this.#ids, name, value);
      } else if (isRecord(value) && level < MOST_ID_LEVELS) this.#noteIds(value, key, level + 1);
    }
  }
}

/** Puts a value last, and drops the first of too many. */
function put(slots: Map<string, Slot>, name: string, value: unknown): void {
  if (value === null || value === undefined) return;
  slots.delete(name);
  slots.set(name, slotOf(value));
  const [oldest] = slots.keys();
  if (slots.size > MOST_SLOTS && oldest !== undefined) slots.delete(oldest);
}

function slotOf(value: unknown): Slot {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= MOST_VALUE_CHARACTERS ? text : `${text.slice(0, MOST_VALUE_CHARACTERS)}…`;
}

function isId(key: string): boolean {
  return /^id$|_id$/iu.test(key) || key.endsWith('Id');
}

function objectOf(json: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(json);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
