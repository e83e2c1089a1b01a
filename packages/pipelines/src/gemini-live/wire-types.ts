import type { LiveClientMessage, LiveClientSetup, LiveServerMessage } from '@google/genai';

/** A type of the SDK as it is in JSON: its enumerations are the names they stand for. */
export type OnWire<Type> = Type extends string
  ? `${Type}`
  : Type extends object
    ? { [Key in keyof Type]: OnWire<Type[Key]> }
    : Type;

/** What the upstream is told. */
export type WireClientMessage = OnWire<LiveClientMessage>;

/** What a connection is told first. */
export type WireSetup = OnWire<LiveClientSetup>;

/** What the upstream says; the SDK adds two getters that are not on the wire. */
export type WireServerMessage = Partial<OnWire<Omit<LiveServerMessage, 'text' | 'data'>>>;
