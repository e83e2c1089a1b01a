import type { Fleet } from '@antiphon/observability';

/** How many sessions each server holds of those it may hold, and where queued tools run. */
export function Workers({ workers, queue }: Pick<Fleet, 'workers' | 'queue'>) {
  return (
    <>
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
      <p className="workers-queue" role="note">
        {wordsOf(queue)}
      </p>
    </>
  );
}

function wordsOf(queue: Fleet['queue']): string {
  if (queue.state === 'none') {
    return 'No Redis is configured: tools run inside this server, and no other server is listed.';
  }
  if (queue.state === 'away') {
    return 'Redis cannot be reached: queued tools fail, and other servers are not listed, until it is back.';
  }
  const { workers, waiting } = queue;
  const jobs = waiting === 1 ? '1 job waits' : `${waiting} jobs wait`;
  if (workers === null) return `Redis is there, and does not tell of its workers; ${jobs}.`;
  if (workers === 0) return `No worker takes queued tools: start one. ${jobs}.`;
  return `Queued tools run on ${workers === 1 ? '1 worker' : `${workers} workers`}; ${jobs}.`;
}
