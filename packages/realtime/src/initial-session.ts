import type { ProtocolFault, SessionObject, SessionPatch } from '@antiphon/protocol';
import type { AgentDefinition } from '@antiphon/session';
import { WireSession } from './wire-session.ts';

const NOTHING_YET = { hasSpoken: false, hasItems: false };

/** An agent as a session is to start it, or why it cannot be started so. */
export type Preparation =
  | {
      readonly ok: true;
      readonly agent: AgentDefinition;
      /** The caller's address on file. */
      readonly contactEmail: string | null;
    }
  | { readonly ok: false; readonly fault: ProtocolFault };

/** Applies a patch to a session that has not started; the model is decided by then. */
export function prepareSession(wire: WireSession, initialSession: SessionPatch): Preparation {
  const { model: _model, ...patch } = initialSession;
  const update = wire.update(patch, NOTHING_YET);
  if (!update.ok) return update;
  const { agent } = wire;
  const { contactEmail } = update;
  return {
    ok: true,
    contactEmail,
    agent: { ...agent, config: { ...agent.config, ...update.config } },
  };
}

/** What a session would be opened with. */
export interface SessionPreviewOptions {
  readonly sessionId: string;
  readonly agent: AgentDefinition;
  readonly model: string;
  readonly initialSession: SessionPatch;
}

/** A session as `session.created` would show it, or what is wrong with its configuration. */
export type SessionPreview =
  | { readonly ok: true; readonly session: SessionObject }
  | { readonly ok: false; readonly fault: ProtocolFault };

/** Shows a session that is not opened; its `expires_at` is 0, as it has not begun. */
export function previewSession(options: SessionPreviewOptions): SessionPreview {
  const { initialSession, ...identity } = options;
  const wire = new WireSession({
    ...identity,
    sessionType: initialSession.sessionType ?? 'realtime',
    greets: false,
    transcribes: false,
    expiresAtMs: 0,
  });
  const prepared = prepareSession(wire, initialSession);
  return prepared.ok ? { ok: true, session: wire.object() } : prepared;
}
