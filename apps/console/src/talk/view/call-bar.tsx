import { useEffect, useRef } from 'react';
import { Link } from 'wouter';
import type { CallState, TalkCall } from '../call/talk-call.ts';
import { useNow } from '../../ui/use-now.ts';
import type { Agent } from './agent.ts';

/** Speech has an RMS of about 0.15: the meter is full there. */
const FULL_LEVEL = 0.15;

/** Whom to call, and what one does during a call. */
export function CallBar({
  agents,
  agent,
  choose,
  call,
  state,
  start,
}: {
  readonly agents: readonly Agent[];
  readonly agent: string;
  readonly choose: (name: string) => void;
  readonly call: TalkCall | null;
  readonly state: CallState | null;
  readonly start: () => void;
}) {
  const isOver = state === null || state.phase === 'ended';
  return (
    <form
      className="talk-bar-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (isOver) start();
        else call?.hangUp();
      }}
    >
      <label htmlFor="talk-agent">Agent</label>
      <select
        id="talk-agent"
        className="field"
        value={agent}
        disabled={!isOver}
        onChange={({ currentTarget }) => choose(currentTarget.value)}
      >
        {agents.map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <button type="submit" className="button button-main talk-call" data-live={!isOver}>
        {isOver ? 'Start' : state.phase === 'connecting' ? 'Cancel' : 'Hang up'}
      </button>
      {state?.phase === 'connecting' ? <span className="quiet">Connecting …</span> : null}
      {call !== null && state?.phase === 'live' ? <LiveBar call={call} state={state} /> : null}
    </form>
  );
}

function LiveBar({ call, state }: { readonly call: TalkCall; readonly state: CallState }) {
  const { sessionId, sinceMs, hasMicrophone, isMuted } = state;
  return (
    <>
      {hasMicrophone ? (
        <>
          <button
            type="button"
            className="button"
            aria-pressed={isMuted}
            onClick={() => call.setMuted(!isMuted)}
          >
            {isMuted ? 'Unmute' : 'Mute'}
          </button>
          <LevelMeter call={call} />
        </>
      ) : (
        <span className="quiet">without a microphone</span>
      )}
      <span className="talk-clock">
        <Clock sinceMs={sinceMs ?? 0} />
      </span>
      {sessionId === null ? null : (
        // In a tab of its own: leaving this page ends the call.
        <Link
          href={`/s/${encodeURIComponent(sessionId)}`}
          target="_blank"
          className="talk-open-session"
        >
          Open this session
        </Link>
      )}
    </>
  );
}

/** How loud the microphone is; drawn past React, fifty times a second. */
function LevelMeter({ call }: { readonly call: TalkCall }) {
  const meter = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    call.onLevel = (level) => {
      const part = Math.min(1, Math.sqrt(level / FULL_LEVEL));
      meter.current?.style.setProperty('--level', part.toFixed(2));
    };
    return () => {
      call.onLevel = () => undefined;
    };
  }, [call]);
  return (
    <span className="talk-level" ref={meter} role="img" aria-label="Level of the microphone" />
  );
}

function Clock({ sinceMs }: { readonly sinceMs: number }) {
  const seconds = Math.max(0, Math.floor((useNow() - sinceMs) / 1000));
  return (
    <>
      {Math.floor(seconds / 60)}:{String(seconds % 60).padStart(2, '0')}
    </>
  );
}
