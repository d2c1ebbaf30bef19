// The program that computes: everything that the main thread calls, and the workers' loop.
export { initThread, work, look } from './pool';
export { convShape } from './shape';
export * from './elementwise';
export * from './gemm';
export * from './conv';
export * from './conv-few';
export * from './conv-filter';
export * from './conv-input';
export * from './winograd';
export * from './depthwise';
export * from './lstm';
export * from './reduce';
export * from './norm';
export * from './move';
export * from './pooling';
export * from './optimizer';
export * from './random';
