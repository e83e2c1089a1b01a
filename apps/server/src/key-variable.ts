import type { KnownProvider } from '@antiphon/agents';
import type { CascadeService } from '@antiphon/session';

/**
 * The variable of the environment that holds a service's key; null where none is sent. Another
 * server is not given the key of the provider unless it is said.
 */
export function keyVariableOf(
  { apiKeyVariable, url }: CascadeService,
  hosted: KnownProvider | null,
): string | null {
  if (apiKeyVariable !== undefined) return apiKeyVariable;
  return hosted === null || url !== undefined ? null : hosted.keyVariable;
}
