// Takes the place of tfjs-core's global_util.js: the engine and its registries are not at the global object, where
// every copy of TensorFlow.js in the process finds them. A copy that is bundled inside a package makes an engine of its
// own, and cannot put its op kernels, gradients and backends over ours.

/** Reads like the global object, and keeps what is written to it. */
const namespace = Object.create(globalThis, {
  _tfengine: { value: undefined, writable: true },
  _tfGlobals: { value: undefined, writable: true },
}) as { _tfGlobals: Map<string, unknown> | undefined };

/** Where the engine is kept, and the environment finds what the platform has. */
export function getGlobalNamespace(): typeof namespace {
  return namespace;
}

/** What there is one of, by its name; made by `init` at the first call. */
export function getGlobal<T>(key: string, init: () => T): T {
  const all = (namespace._tfGlobals ??= new Map());
  if (!all.has(key)) all.set(key, init());
  return all.get(key) as T;
}
