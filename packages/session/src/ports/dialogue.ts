/**
 * The script of a conversation, as `dialogue.yaml` holds it: what the scripted language model
 * follows and what the embedded recogniser learns its vocabulary from. Plain JSON.
 */
export interface Dialogue {
  /** Named values that callers speak, by the name used in braces in examples and replies. */
  readonly slots: Readonly<Record<string, DialogueSlot>>;
  /** What callers say, by intent name. */
  readonly intents: Readonly<Record<string, DialogueIntent>>;
  /** The first stage. */
  readonly start: string;
  readonly stages: Readonly<Record<string, DialogueStage>>;
  /** Understood in every stage; a stage's own reply to the same intent goes before. */
  readonly anywhere?: Readonly<Record<string, DialogueReply>>;
  /** Said, in turn, when nothing fits or nothing was understood. */
  readonly unclear: readonly string[];
}

/** A value inside what a caller says. `digits` are spoken one by one; `choice` is one of a list. */
export type DialogueSlot =
  | { readonly kind: 'digits'; readonly minLength: number; readonly maxLength: number }
  | { readonly kind: 'choice'; readonly values: readonly string[] };

/**
 * Ways to say one thing; `{slot}` stands for a slot's value, `[uh]` for words that may be left out.
 * Neither holds the other.
 */
export interface DialogueIntent {
  readonly examples: readonly string[];
}

/** Where the conversation stands, and how it goes on from there. */
export interface DialogueStage {
  /** By intent name; of two that fit equally well the one written first is taken. */
  readonly on: Readonly<Record<string, DialogueReply>>;
  /** Said here, in turn, instead of the dialogue's `unclear`. */
  readonly unclear?: readonly string[];
  /** Said here, in turn, when a number was heard in part; `unclear` where it is left out. */
  readonly incomplete?: readonly string[];
}

/** What the agent does next: say something, call a tool, go to a stage, in this order. */
export interface DialogueReply {
  /** Values to keep by name before anything is said; `{name}` stands for them as for a slot's. */
  readonly set?: Readonly<Record<string, string>>;
  /**
   * Texts to choose from in turn; `{slot}` and `{result.field}` of the latest result are filled
   * in. A text with a gap that nothing is known for is passed over.
   */
  readonly say?: readonly string[];
  /** Says once more what the agent said last, instead of `say`. */
  readonly repeat?: true;
  readonly call?: DialogueCall;
  readonly goto?: string;
}

/** A tool call of the script. */
export interface DialogueCall {
  readonly tool: string;
  /** Argument values; strings may hold `{slot}`. One that is nothing but an unknown slot is left out. */
  readonly arguments: Readonly<Record<string, string | number | boolean>>;
  /**
   * After a result: tried in order, the first whose `when` equals fields of the result; without
   * any that does it is `failed`. An empty list says nothing after a result.
   */
  readonly results: readonly DialogueResult[];
  /**
   * After an error, a timeout or an unknown outcome, which is an output that is a JSON object
   * with an `error` member; and when the tool may not be called.
   */
  readonly failed: DialogueReply;
}

/** A reply to a tool's result. */
export interface DialogueResult extends DialogueReply {
  /** Fields of the result, as text, that must be equal; an empty one fits every result. */
  readonly when: Readonly<Record<string, string>>;
}
