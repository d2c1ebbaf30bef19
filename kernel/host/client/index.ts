// What a host (extension, CLI) uses to find a Node, start a kernel process and talk to it. Plain Node, no 'vscode'.
export { KernelProcess, type KernelSpec, type RunOutcome, type ExitReason } from './process.ts';
export { installCuda } from './cuda.ts';
export { DEVICES, deviceOf, type WantedDevice } from './device.ts';
export { findNode, type NodeChoice } from './node.ts';
