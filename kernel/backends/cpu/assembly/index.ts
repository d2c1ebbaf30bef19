// The program that computes: everything that the main thread calls, and the workers' loop.
export { initThread, work, look } from './pool';
export * from './elementwise';
