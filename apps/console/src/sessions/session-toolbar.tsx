import type { RefObject } from 'react';
import { describeTurn } from '../format/describe-turn.ts';
import { TURN_STATES } from './session-filter.ts';
import type { SessionFilter } from './session-filter.ts';

/** Chooses which sessions are shown. */
export function SessionToolbar({
  filter,
  agents,
  liveCount,
  search,
  change,
}: {
  readonly filter: SessionFilter;
  readonly agents: readonly string[];
  readonly liveCount: number | null;
  readonly search: RefObject<HTMLInputElement | null>;
  readonly change: (differs: Partial<SessionFilter>) => void;
}) {
  const chosen = filter.agent === '' || agents.includes(filter.agent) ? [] : [filter.agent];
  return (
    <div className="toolbar" role="search">
      <div className="segments" role="group" aria-label="Which sessions">
        <button
          type="button"
          aria-pressed={!filter.isEnded}
          onClick={() => change({ isEnded: false })}
        >
          Live{liveCount === null ? '' : ` ${liveCount}`}
        </button>
        <button
          type="button"
          aria-pressed={filter.isEnded}
          onClick={() => change({ isEnded: true })}
        >
          Ended
        </button>
      </div>
      <input
        ref={search}
        type="search"
        className="field toolbar-search"
        placeholder="Search   /"
        aria-label="Search sessions"
        aria-keyshortcuts="/"
        value={filter.search}
        onChange={({ currentTarget }) => change({ search: currentTarget.value })}
        onKeyDown={({ key, currentTarget }) => {
          if (key === 'Escape') currentTarget.blur();
        }}
      />
      <select
        className="field"
        aria-label="Agent"
        value={filter.agent}
        onChange={({ currentTarget }) => change({ agent: currentTarget.value })}
      >
        <option value="">All agents</option>
        {[...chosen, ...agents].map((agent) => (
          <option key={agent}>{agent}</option>
        ))}
      </select>
      {filter.isEnded ? null : (
        <select
          className="field"
          aria-label="State"
          value={filter.turn}
          onChange={({ currentTarget }) => change({ turn: currentTarget.value })}
        >
          <option value="">All states</option>
          {TURN_STATES.map((state) => (
            <option key={state} value={state}>
              {describeTurn(state).label}
            </option>
          ))}
        </select>
      )}
      <span className="toolbar-keys" aria-hidden="true">
        <kbd>j</kbd> <kbd>k</kbd> move · <kbd>Enter</kbd> opens
      </span>
    </div>
  );
}
