import { ANALYSTS } from './open-analyst.ts';

/** What calls are judged by when they end; `off` sends nothing to anybody. */
export const ANALYZE_CHOICES = ['off', ...ANALYSTS] as const;
