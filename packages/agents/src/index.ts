export { AgentFolderError } from './agent-folder-error.ts';
export type { KnownProvider, KnownProviders } from './cascade-faults.ts';
export type { LoadedAgent } from './load-agent-folder.ts';
export { loadAgents } from './load-agents.ts';
