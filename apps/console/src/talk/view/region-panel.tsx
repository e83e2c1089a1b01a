import type { SessionRow } from '@antiphon/observability';

type Region = keyof SessionRow['state'];

/** The regions of a session's machine and the states each may be in. */
const REGIONS: readonly {
  readonly region: Region;
  readonly title: string;
  readonly states: readonly string[];
}[] = [
  { region: 'caller', title: 'Caller', states: ['silent', 'speaking'] },
  {
    region: 'turn',
    title: 'Turn',
    states: [
      'listening',
      'responding',
      'toolPending',
      'asking',
      'truncated',
      'escalating',
      'ended',
    ],
  },
  { region: 'agentAudio', title: 'Agent audio', states: ['idle', 'playing', 'held'] },
];

/** Where a session stands: one lit state per region; none lit before the call. */
export function RegionPanel({ state }: { readonly state: SessionRow['state'] | null }) {
  return (
    <dl className="talk-regions">
      {REGIONS.map(({ region, title, states }) => {
        const [lit = '', ...inner] = (state?.[region] ?? '').split('.');
        return (
          <div key={region}>
            <dt>
              {title} <small>{inner.join(' · ')}</small>
            </dt>
            <dd>
              {states.map((name) => (
                <span
                  key={name}
                  className="talk-state"
                  aria-current={name === lit ? 'true' : undefined}
                >
                  {name}
                </span>
              ))}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
