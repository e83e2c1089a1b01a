import path from 'node:path';
import type { AddressInfo } from 'node:net';
import type { Clock } from '@antiphon/session';
import { systemClock } from '@antiphon/session';
import { FileRecorder } from '@antiphon/storage';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import type { Logger } from 'pino';
import { openAgents } from './open-agents.ts';
import { openApiKeys } from './api-key.ts';
import type { ServerConfig } from './config.ts';
import { FeedUpgrade } from './feed-upgrade.ts';
import { Heartbeat } from './heartbeat.ts';
import { buildHttp } from './http.ts';
import { openPipelines } from './pipelines.ts';
import type { Pipelines } from './pipelines.ts';
import { RealtimeUpgrade } from './realtime-upgrade.ts';
import { ServerError } from './server-error.ts';
import { SessionRegistry } from './session-registry.ts';
import { routeUpgrades } from './upgrades.ts';

/** What a test or an embedding program may put in place of the server's own. */
export interface ServerDeps {
  readonly clock?: Clock;
  readonly log?: Logger;
  readonly openPipelines?: typeof openPipelines;
  /** Told, in a few words, what the start is busy with. */
  readonly onProgress?: (doing: string) => void;
}

/** A server that takes calls. */
export interface RunningServer {
  /** Where it listens, such as `http://127.0.0.1:8787`. */
  readonly url: string;
  /** A key that it accepts. */
  readonly key: string;
  /** Where the key is kept; `null` when it came from the environment. */
  readonly keyFile: string | null;
  readonly isNewKey: boolean;
  /** Names of the agents; the first answers when a client names none. */
  readonly agents: readonly string[];
  /** Ends every session and everything else; resolves when nothing is left. */
  close(): Promise<void>;
}
