// The packages of TensorFlow.js's backends: the kernel has its own devices, so their settings do nothing.
export declare function setWasmPath(path: string, usePlatformFetch?: boolean): void;
export declare function setWasmPaths(
  prefixOrFileMap: string | Record<string, string>,
  usePlatformFetch?: boolean,
): void;
export declare function setThreadsCount(count: number): void;
export declare function getThreadsCount(): number;
export declare function setWebGLContext(version: number, context: unknown): void;
export declare function forceHalfFloat(): void;
export declare const version_cpu: string;
export declare const version_webgl: string;
export declare const version_wasm: string;
export declare const version_webgpu: string;
