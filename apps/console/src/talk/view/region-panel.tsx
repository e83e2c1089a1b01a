import type { Chart, SessionRow } from '@antiphon/observability';

/** Where a session stands: one lit state for each region of its machine; none lit before the call. */
export function RegionPanel({
  chart,
  state,
}: {
  readonly chart: Chart | null;
  readonly state: SessionRow['state'] | null;
}) {
  return (
    <dl className="talk-regions">
      {(chart?.root.states ?? []).map(({ key: region, states }) => {
        const path = state?.[region as keyof SessionRow['state']] ?? '';
        const [lit = '', ...inner] = path.split('.');
        return (
          <div key={region}>
            <dt>
              {titleOf(region)} <small>{inner.join(' · ')}</small>
            </dt>
            <dd>
              {states.map(({ key }) => (
                <span
                  key={key}
                  className="talk-state"
                  aria-current={key === lit ? 'true' : undefined}
                >
                  {key}
                </span>
              ))}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

/** `agentAudio` → `Agent audio`. */
function titleOf(region: string): string {
  const words = region.replaceAll(/[A-Z]/gu, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
