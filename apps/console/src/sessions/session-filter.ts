import type { SessionRow } from '@antiphon/observability';
import { hasWords, searchedTraits, searchWords } from '@antiphon/observability/session-search';

/** Which rows of the table are shown. */
export interface SessionFilter {
  readonly isEnded: boolean;
  /** Words that must all be found in a row; case does not matter. */
  readonly search: string;
  /** Empty for all. */
  readonly agent: string;
  /** First part of the turn region's state; empty for all. */
  readonly turn: string;
}

/** The parts of the turn region that a live session can be in. */
export const TURN_STATES = [
  'listening',
  'responding',
  'toolPending',
  'asking',
  'truncated',
  'escalating',
] as const;

/** What an address says is shown. */
export function filterOf(params: URLSearchParams): SessionFilter {
  return {
    isEnded: params.get('ended') === '1',
    search: params.get('q') ?? '',
    agent: params.get('agent') ?? '',
    turn: params.get('turn') ?? '',
  };
}

/** The address that says it; what is not filtered is left out. */
export function paramsOf({ isEnded, search, agent, turn }: SessionFilter): URLSearchParams {
  const params = new URLSearchParams();
  if (isEnded) params.set('ended', '1');
  if (search !== '') params.set('q', search);
  if (agent !== '') params.set('agent', agent);
  if (turn !== '' && !isEnded) params.set('turn', turn);
  return params;
}

/** The rows that are shown; the same array when that is all of them. */
export function filterRows(
  rows: readonly SessionRow[],
  filter: SessionFilter,
): readonly SessionRow[] {
  const words = searchWords(filter.search);
  return rows.filter(
    (row) =>
      (row.endedAtMs !== null) === filter.isEnded &&
      (filter.agent === '' || row.agent === filter.agent) &&
      (filter.isEnded || filter.turn === '' || row.state.turn.split('.')[0] === filter.turn) &&
      hasWords({ id: row.id, traits: searchedTraits(row) }, words),
  );
}

/** The agents of the rows, by name. */
export function agentsOf(rows: readonly SessionRow[]): readonly string[] {
  return [...new Set(rows.map(({ agent }) => agent))].toSorted();
}

/** Sessions that ended, from a page of the server and from the feed, the last to end first. */
export function endedRows(
  pages: readonly SessionRow[],
  told: readonly SessionRow[],
): readonly SessionRow[] {
  const byId = new Map(pages.map((row) => [row.id, row]));
  for (const row of told) if (row.endedAtMs !== null) byId.set(row.id, row);
  return [...byId.values()].toSorted((a, b) => (b.endedAtMs ?? 0) - (a.endedAtMs ?? 0));
}
