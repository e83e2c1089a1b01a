import { CircuitBreakers } from '@antiphon/pipelines';
import type { Clock } from '@antiphon/session';
import type { Logger } from 'pino';

/** The breakers of this process, which say in the log when a provider is not asked, and when again. */
export function openBreakers({ clock, log }: { clock: Clock; log: Logger }): CircuitBreakers {
  return new CircuitBreakers({
    clock,
    onChange: ({ service, name: provider, state }) => {
      if (state === 'open') log.warn({ service, provider }, 'provider not asked for now');
      else log.info({ service, provider }, 'provider asked again');
    },
  });
}
