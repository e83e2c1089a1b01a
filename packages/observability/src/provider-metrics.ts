import type { Meter } from '@opentelemetry/api';
import type { ProviderService } from './session-metrics.ts';

/** How a provider of the process stands. */
export interface ProviderStanding {
  readonly service: ProviderService;
  /** As the folder names it; there are few. */
  readonly name: string;
  readonly state: 'closed' | 'halfOpen' | 'open';
}

const VALUE_OF = { closed: 0, halfOpen: 1, open: 2 } as const;

/**
 * Tells of each provider that others stand in for whether it is asked, when somebody reads. Where
 * several go by the same name, the worst is told.
 */
export function observeProviders(meter: Meter, standings: () => readonly ProviderStanding[]): void {
  const gauge = meter.createObservableGauge('antiphon.provider.breaker', {
    description: 'Whether a provider is asked: 0 it is, 1 one request is let through, 2 it is not.',
  });
  gauge.addCallback((result) => {
    const worst = new Map<string, ProviderStanding>();
    for (const standing of standings()) {
      const key = JSON.stringify([standing.service, standing.name]);
      const known = worst.get(key);
      if (!known || VALUE_OF[known.state] < VALUE_OF[standing.state]) worst.set(key, standing);
    }
    for (const { service, name, state } of worst.values()) {
      result.observe(VALUE_OF[state], {
        'antiphon.provider.service': service,
        'antiphon.provider.name': name,
      });
    }
  });
}
