// Takes the place of tfjs-core's global_util.js: the engine and its registries are not where every copy of
// TensorFlow.js in the process looks for them, but at a property of the global object that is DLNB's own. A copy that is
// bundled inside a package makes an engine of its own, and cannot put its op kernels, gradients and backends over ours.

interface Namespace {
  _tfengine: unknown;
  _tfGlobals: Map<string, unknown> | undefined;
}
const KEY = Symbol.for('dlnb.engine');
const holder = globalThis as unknown as Record<symbol, Namespace | undefined>;

/** Reads like the global object, and keeps what is written to it. */
const namespace = (holder[KEY] ??= Object.create(globalThis, {
  _tfengine: { value: undefined, writable: true },
  _tfGlobals: { value: undefined, writable: true },
}) as Namespace);

/** Where the engine is kept, and the environment finds what the platform has. */
export function getGlobalNamespace(): Namespace {
  return namespace;
}

/** What there is one of, by its name; made by `init` at the first call. */
export function getGlobal<T>(key: string, init: () => T): T {
  const all = (namespace._tfGlobals ??= new Map());
  if (!all.has(key)) all.set(key, init());
  return all.get(key) as T;
}
