import type { UpstreamFormat } from './caller-audio.ts';
import type { ResponseDesk } from './response-desk.ts';

/** What a generation is begun with, once the upstream is at rest. */
export interface GenerationStart {
  readonly desk: ResponseDesk;
  readonly format: UpstreamFormat;
}
