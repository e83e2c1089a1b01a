/**
 * The packages of the repository and, for each, the packages it may import. The linter holds the
 * same table in .oxlintrc.json; infra/checks/lint-rules.test.ts proves that the two agree.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const importsOfRoom = {
  'packages/protocol': [],
  'packages/audio': [],
  'packages/observability': [],
  'packages/session': ['audio', 'observability'],
  'packages/realtime': ['session', 'protocol', 'audio', 'observability'],
  'packages/pipelines': ['session', 'protocol', 'audio', 'observability'],
  'packages/tools': ['session', 'protocol', 'audio', 'observability'],
  'packages/storage': ['session', 'protocol', 'audio', 'observability'],
  'packages/analysis': ['session', 'storage', 'audio', 'observability'],
  'packages/agents': ['session', 'protocol', 'audio', 'observability'],
  'apps/cli': ['protocol', 'audio', 'observability', 'analysis', 'storage'],
  'apps/console': ['observability'],
  'apps/worker': [
    'session',
    'tools',
    'storage',
    'analysis',
    'agents',
    'protocol',
    'audio',
    'observability',
  ],
  'apps/server': [
    'protocol',
    'audio',
    'observability',
    'session',
    'realtime',
    'pipelines',
    'tools',
    'storage',
    'analysis',
    'agents',
  ],
};
