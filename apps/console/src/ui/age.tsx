import { formatAge } from '../format/format-duration.ts';
import { useNow } from './use-now.ts';

/** How long ago an instant was; draws itself once a second. */
export function Age({ sinceMs }: { readonly sinceMs: number }) {
  return <>{formatAge(useNow() - sinceMs)}</>;
}
