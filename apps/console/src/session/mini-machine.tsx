import type { ChartState } from '@antiphon/observability';

/** A small machine as boxes in boxes, its active states lit. */
export function MiniMachine({
  state,
  active,
}: {
  readonly state: ChartState;
  /** Active leaves, as dotted paths. */
  readonly active: readonly string[];
}) {
  const isActive = active.some((leaf) => leaf === state.path || leaf.startsWith(`${state.path}.`));
  const inner = state.states.filter(({ type }) => type !== 'history');
  return (
    <span
      className="mini"
      data-active={(state.path !== '' && isActive) || undefined}
      title={state.description ?? undefined}
    >
      {state.path === '' ? null : <span className="mini-name">{state.key}</span>}
      {inner.length === 0 ? null : (
        <span className="mini-inner">
          {inner.map((child) => (
            <MiniMachine key={child.path} state={child} active={active} />
          ))}
        </span>
      )}
    </span>
  );
}
