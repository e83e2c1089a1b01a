import type { Fleet } from '@antiphon/observability';

/** How many sessions each process holds of those it may hold. */
export function Workers({ workers }: Pick<Fleet, 'workers'>) {
  if (workers.length === 0) return <p className="fleet-none">No worker has told of itself.</p>;
  return (
    <ul className="workers">
      {workers.map(({ name, sessions, max }) => (
        <li key={name}>
          <span className="workers-name">{name}</span>
          <span className="workers-bar" aria-hidden="true">
            <span style={{ inlineSize: `${max === 0 ? 0 : (100 * sessions) / max}%` }} />
          </span>
          <span className="number">
            {sessions} <span className="quiet">of {max}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}
