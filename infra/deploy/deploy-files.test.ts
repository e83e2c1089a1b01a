import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { isTraceUrl } from '../../apps/server/src/trace-link.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const DEPLOY = fileURLToPath(new URL('.', import.meta.url));
const PROMTOOL = '/usr/bin/promtool';
const COMMAND_MS = 30_000;

interface Service {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly secrets?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: readonly string[];
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly secrets: Readonly<Record<string, unknown>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const read = (name: string) => readFileSync(path.join(DEPLOY, name), 'utf8');
const parsed = (name: string): unknown => parse(read(name));
const compose = parsed('compose.yaml') as Compose;
const services = Object.entries(compose.services);

/** The variables that an app's config.ts knows. */
function variablesOf(app: string): string[] {
  const source = readFileSync(path.join(REPOSITORY, `apps/${app}/src/config.ts`), 'utf8');
  return [...source.matchAll(/^ {2}([A-Z][A-Z_]+): (?:\{|shared\()/gmu)].map(
    ([, name = '']) => name,
  );
}

describe('compose.yaml', () => {
  it('has what a call and its observers need', () => {
    expect(Object.keys(compose.services)).toEqual([
      'server',
      'worker',
      'redis',
      'collector',
      'prometheus',
      'tempo',
      'grafana',
    ]);
  });

  it.each(['server', 'worker'])('gives the %s only variables that it knows', (app) => {
    const known = variablesOf(app);
    expect(known).toContain('REDIS_URL');
    const given = Object.keys(compose.services[app]?.environment ?? {});
    expect(given).toContain('REDIS_URL');
    expect(given.filter((name) => !known.includes(name))).toEqual([]);
  });

  it('links traces to the Grafana and the data source that it has', () => {
    const { server, grafana } = compose.services;
    const traceUrl = server?.environment?.['ANTIPHON_TRACE_URL'] ?? '';
    expect(isTraceUrl(traceUrl)).toBe(true);
    const id = '0af7651916cd43dd8448eb211c80319c';
    const { hostname, port, searchParams } = new URL(traceUrl.replaceAll('{traceId}', id));
    expect(hostname).toBe('localhost');
    expect(grafana?.ports).toEqual([`127.0.0.1:${port}:3000`]);
    const file = 'grafana/provisioning/datasources/antiphon.yaml';
    const { datasources } = parsed(file) as { datasources: { uid: string; type: string }[] };
    const tempo = datasources.find(({ type }) => type === 'tempo');
    const panes = Object.values(JSON.parse(searchParams.get('panes') ?? '') as object);
    const datasource = { type: 'tempo', uid: tempo?.uid };
    const queries = [expect.objectContaining({ datasource, query: id })];
    expect(panes).toMatchObject([{ datasource: tempo?.uid, queries }]);
  });

  it('keeps what Redis holds', () => {
    const command = compose.services['redis']?.command?.join(' ');
    expect(command).toContain('--appendonly yes');
    expect(command).toContain('--maxmemory-policy noeviction');
  });

  it.each(services)(
    '%s refers to files, volumes, secrets and services that there are',
    (_name, service) => {
      const { build, image, volumes = [], secrets = [], depends_on: needed = [] } = service;
      if (build) {
        expect(path.resolve(DEPLOY, build.context)).toBe(path.resolve(REPOSITORY));
        expect(existsSync(path.join(REPOSITORY, build.dockerfile))).toBe(true);
      } else expect(image).toMatch(/:v?\d+\.\d+(?:\.\d+|-\w+)$/u);
      for (const [source = ''] of volumes.map((volume) => volume.split(':'))) {
        if (source.startsWith('.'))
          expect(existsSync(path.join(DEPLOY, source)), source).toBe(true);
        else expect(Object.keys(compose.volumes)).toContain(source);
      }
      for (const secret of secrets) expect(Object.keys(compose.secrets)).toContain(secret);
      for (const other of needed) expect(Object.keys(compose.services)).toContain(other);
    },
  );
});

describe.each(['server', 'worker'])('%s.Dockerfile', (app) => {
  const lines = read(`${app}.Dockerfile`)
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const argumentsOf = (word: string) =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));

  it('copies what there is', () => {
    const sources = argumentsOf('COPY')
      .filter((copy) => !copy.startsWith('--from'))
      .flatMap((copy) => copy.split(' ').slice(0, -1));
    expect(sources).toContain('package-lock.json');
    for (const source of sources)
      expect(existsSync(path.join(REPOSITORY, source)), source).toBe(true);
  });

  it('takes from the build what was copied there or made there', () => {
    const made = ['node_modules', 'apps/console/dist'];
    const taken = argumentsOf('COPY')
      .filter((copy) => copy.startsWith('--from=build'))
      .map((copy) => copy.split(' ')[1]!.replace('/app/', ''));
    expect(taken).toContain(`apps/${app}`);
    for (const source of taken) {
      const isThere = made.includes(source) || existsSync(path.join(REPOSITORY, source));
      expect(isThere, source).toBe(true);
    }
  });

  it('runs the app on Node 24 by a user who is not root', () => {
    const stages = argumentsOf('FROM').map((stage) => stage.split(' ')[0]);
    expect(stages).toEqual(['node:24-bookworm-slim', 'node:24-bookworm-slim']);
    expect(argumentsOf('USER')).toEqual(['node']);
    expect(lines.at(-1)).toBe(`CMD ["node", "apps/${app}/dist/main.js"]`);
    expect(existsSync(path.join(REPOSITORY, `apps/${app}/src/main.ts`))).toBe(true);
  });

  it('sets only variables that the app knows', () => {
    const own = argumentsOf('ENV')
      .flatMap((env) => [...env.matchAll(/(\w+)=/gu)].map(([, name = '']) => name))
      .filter((name) => name.startsWith('ANTIPHON_'));
    expect(own).toContain('ANTIPHON_DATA_DIR');
    expect(own.filter((name) => !variablesOf(app).includes(name))).toEqual([]);
  });
});

describe('server.Dockerfile', () => {
  it('asks /healthz of the port that is exposed', () => {
    const text = read('server.Dockerfile');
    expect(text).toMatch(/^HEALTHCHECK /mu);
    const [, port = ''] = /^EXPOSE (\d+)$/mu.exec(text) ?? [];
    expect(text).toContain(`http://127.0.0.1:${port}/healthz`);
    const config = readFileSync(path.join(REPOSITORY, 'apps/server/src/config.ts'), 'utf8');
    expect(config).toContain(`ANTIPHON_PORT.schema.default(${port})`);
  });
});

describe('the collector', () => {
  interface Collector {
    readonly receivers: object;
    readonly processors: object;
    readonly exporters: object;
    readonly service: {
      readonly pipelines: Readonly<
        Record<'traces' | 'metrics', Record<'receivers' | 'processors' | 'exporters', string[]>>
      >;
    };
  }

  it('has every part that its pipelines name, and uses every part', () => {
    const { service, ...parts } = parsed('otel-collector.yaml') as Collector;
    expect(Object.keys(service.pipelines)).toEqual(['traces', 'metrics']);
    for (const kind of ['receivers', 'processors', 'exporters'] as const) {
      const used = Object.values(service.pipelines).flatMap((pipeline) => pipeline[kind]);
      expect(new Set(used)).toEqual(new Set(Object.keys(parts[kind])));
    }
  });
});

describe('Tempo', () => {
  it('takes traces where the collector sends them', () => {
    const { distributor } = parsed('tempo.yaml') as {
      distributor: { receivers: { otlp: { protocols: Record<string, { endpoint: string }> } } };
    };
    const { exporters } = parsed('otel-collector.yaml') as {
      exporters: Record<string, { endpoint?: string } | null>;
    };
    const addresses = Object.values(distributor.receivers.otlp.protocols).map(
      ({ endpoint }) => endpoint.split(':')[1],
    );
    const sent = Object.values(exporters).flatMap((exporter) => exporter?.endpoint ?? []);
    expect(sent).toHaveLength(1);
    const [host, port] = sent[0]!.replace(/^https?:\/\//u, '').split(':');
    expect(host).toBe('tempo');
    expect(addresses).toContain(port);
  });
});

describe('Grafana', () => {
  it('is given the data sources that the dashboards name', () => {
    const { datasources } = parsed('grafana/provisioning/datasources/antiphon.yaml') as {
      datasources: { uid: string; url: string }[];
    };
    const uids = datasources.map(({ uid }) => uid);
    for (const name of ['calls', 'tools']) {
      const text = read(`grafana/dashboards/${name}.json`);
      const { panels } = JSON.parse(text) as { panels: { datasource: { uid: string } }[] };
      for (const { datasource } of panels) expect(uids).toContain(datasource.uid);
    }
    for (const { url } of datasources) {
      expect(Object.keys(compose.services)).toContain(new URL(url).hostname);
    }
  });

  it('finds the dashboards where compose puts them', () => {
    const { providers } = parsed('grafana/provisioning/dashboards/antiphon.yaml') as {
      providers: { options: { path: string } }[];
    };
    const mounted = compose.services['grafana']?.volumes?.map((volume) => volume.split(':')[1]);
    expect(mounted).toContain(providers[0]?.options.path);
  });
});

describe.skipIf(!existsSync(PROMTOOL))('promtool', () => {
  const folders: string[] = [];

  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  /** A folder with the files that Prometheus gets, and the key where the configuration wants it. */
  function installed(): string {
    const folder = mkdtempSync(path.join(tmpdir(), 'antiphon-prometheus-'));
    folders.push(folder);
    for (const name of ['rules.yaml', 'rules-test.yaml']) {
      cpSync(path.join(DEPLOY, name), path.join(folder, name));
    }
    const key = path.join(folder, 'api-key');
    writeFileSync(key, 'sk-test');
    const config = read('prometheus.yaml');
    expect(config).toContain('credentials_file: /run/secrets/api-key');
    writeFileSync(
      path.join(folder, 'prometheus.yaml'),
      config.replace('/run/secrets/api-key', key),
    );
    return folder;
  }

  it('reads every expression of the dashboards', () => {
    const names = readdirSync(path.join(DEPLOY, 'grafana/dashboards'));
    const expressions = names.flatMap((name) => {
      const { panels } = JSON.parse(read(`grafana/dashboards/${name}`)) as {
        panels: { targets: { expr: string }[] }[];
      };
      return panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
    });
    expect(expressions.length).toBeGreaterThan(30);
    const folder = installed();
    // What Grafana puts in place of its variables.
    const rules = expressions.map((expr, index) => ({
      record: `panel:${index}`,
      expr: expr.replaceAll('$__rate_interval', '1m').replaceAll(/\$\w+/gu, '.*'),
    }));
    const file = path.join(folder, 'panels.yaml');
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'panels', rules }] }));
    const args = ['check', 'rules', file];
    const { status, stdout, stderr } = spawnSync(PROMTOOL, args, { encoding: 'utf8' });
    expect(`${stdout}${stderr}`).toContain(`${expressions.length} rules found`);
    expect(status).toBe(0);
  });

  it.each([
    [['check', 'config', 'prometheus.yaml']],
    [['check', 'rules', 'rules.yaml']],
    [['test', 'rules', 'rules-test.yaml']],
  ])('is content with %j', (args) => {
    const { status, stdout, stderr } = spawnSync(PROMTOOL, args, {
      cwd: installed(),
      encoding: 'utf8',
      timeout: COMMAND_MS,
    });
    expect(`${stdout}${stderr}`).toContain('SUCCESS');
    expect(`${stdout}${stderr}`).not.toContain('FAILED');
    expect(status).toBe(0);
  });
});

describe('rules.yaml', () => {
  const { groups } = parsed('rules.yaml') as { groups: { rules: { alert: string }[] }[] };
  const alerts = groups.flatMap(({ rules }) => rules.map(({ alert }) => alert));

  it('every alert is tried', () => {
    const { tests } = parsed('rules-test.yaml') as {
      tests: { alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[];
    };
    const tried = tests
      .flatMap((test) => test.alert_rule_test)
      .filter((trial) => trial.exp_alerts.length > 0)
      .map(({ alertname }) => alertname);
    expect(new Set(tried)).toEqual(new Set(alerts));
  });

  it('the table of README.md has every alert', () => {
    const told = [...read('README.md').matchAll(/^\| `(\w+)` +\|/gmu)].map(([, name]) => name);
    expect(told).toEqual(alerts);
  });
});
