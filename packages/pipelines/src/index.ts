export { CascadeEngine } from './cascade/cascade-engine.ts';
export { StubEngine } from './stub/stub-engine.ts';
