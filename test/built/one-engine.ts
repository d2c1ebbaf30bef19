// For tests that use the built library together with the sources' TensorFlow.js: both have the built library's engine and
// registries, which it keeps where other copies do not look (kernel/tensors/replaced/global-util.ts).
const key = Symbol.for('dlnb.engine');
const fields = { _tfengine: { value: undefined, writable: true }, _tfGlobals: { value: undefined, writable: true } };
const holder = globalThis as unknown as Record<symbol, Record<string, unknown>>;
const namespace = (holder[key] ??= Object.create(globalThis, fields) as Record<string, unknown>);
for (const name of Object.keys(fields))
  Object.defineProperty(globalThis, name, {
    get: () => namespace[name],
    set: (value: unknown) => (namespace[name] = value),
    configurable: true,
  });
