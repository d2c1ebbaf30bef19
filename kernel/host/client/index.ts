// The library of the two hosts, the extension and the command line: finds a Node, starts kernel processes and talks to
// them.
export { KernelProcess, type KernelSpec, type RunOutcome, type ExitReason } from './process.ts';
export { installCuda } from './cuda.ts';
export { deviceOf, type WantedDevice } from './device.ts';
export { hostError } from './errors.ts';
export { findNode, type NodeChoice } from './node.ts';
export { existing, tryDevice, type Existing, type TriedDevice } from './try-device.ts';
export type { InspectAnswer, InspectAsk, Inspected, InspectedKeys, InspectedName } from '../../wire/inspect.ts';
