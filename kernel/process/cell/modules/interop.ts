// The namespaces of modules that V8 has not made: of JSON, of CommonJS, and of modules that are loaded natively.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';

export type Namespace = Record<string, unknown>;

/** Whether a value has names that can be imported. */
export const hasNames = (v: unknown): v is Namespace =>
  (typeof v === 'object' && v !== null && !Array.isArray(v)) || typeof v === 'function';

/** The namespace of a JSON value: itself as default export, and its keys. */
export function jsonNamespace(value: unknown): Namespace {
  return { ...(hasNames(value) ? value : {}), default: value };
}

/** The namespace of what a CommonJS module exports, as TypeScript's `esModuleInterop` makes it. */
export function commonJsNamespace(exports: unknown, base: Namespace = {}): Namespace {
  const namespace = Object.create(null, {
    [Symbol.toStringTag]: { value: 'Module' },
  }) as Namespace;
  const names = !hasNames(exports)
    ? []
    : typeof exports === 'function'
      ? Object.keys(exports)
      : Object.getOwnPropertyNames(exports);
  for (const name of new Set([...Object.keys(base), ...names])) {
    if (name === 'default' || name === '__esModule' || name === 'module.exports') continue;
    // Getters of the module stay lazy
    const get = name in base ? () => base[name] : () => (exports as Namespace)[name];
    Object.defineProperty(namespace, name, { get, enumerable: true });
  }
  return Object.defineProperty(namespace, 'default', { value: exports, enumerable: true });
}

const { cache } = createRequire(__filename);
const complete = new WeakMap<object, Namespace>();

/**
 * Completes the namespace of a natively imported package. Node finds the names of a CommonJS module by reading its
 * text, and misses those that are made when it runs; all are on the default export.
 */
export function withAllNames(namespace: Namespace, url: string): Namespace {
  if (!isCommonJs(namespace, url)) return namespace;
  let all = complete.get(namespace);
  if (!all) complete.set(namespace, (all = commonJsNamespace(namespace['default'], namespace)));
  return all;
}

function isCommonJs(namespace: Namespace, url: string): boolean {
  if (!('default' in namespace)) return false;
  // Node 23 and later say it
  if ('module.exports' in namespace) return true;
  if (!url.startsWith('file:')) return false;
  const loaded = cache[fileURLToPath(url)];
  return loaded !== undefined && loaded.exports === namespace['default'];
}

/** A module for V8 that exports these names. */
export function synthetic(namespace: Namespace, identifier: string): vm.Module {
  const names = Object.keys(namespace).filter((n) => n !== 'module.exports' && n !== '__esModule');
  return new vm.SyntheticModule(
    names,
    function (this: vm.SyntheticModule) {
      for (const name of names) this.setExport(name, read(namespace, name));
    },
    { identifier },
  );
}

/** A getter of a module that throws is a name without a value: nobody may want it. */
function read(namespace: Namespace, name: string): unknown {
  try {
    return namespace[name];
  } catch {
    return undefined;
  }
}
