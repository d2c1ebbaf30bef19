// One TensorFlow.js in the process: a package that requires TensorFlow.js gets the kernel's own copy, since the engine
// does not know the tensors of another copy. Only modules of the package are affected.
import Module from 'node:module';
import path from 'node:path';
import util from 'node:util';

type Load = (request: string, parent: { filename?: string | null } | null | undefined, isMain: boolean) => unknown;
const loader = Module as unknown as { _load: Load };

/** Modules whose only purpose is to register what the kernel's copy has registered already. */
const registering =
  /^@tensorflow\/tfjs-core\/dist\/(register_all_gradients|public\/chained_ops\/register_all_chained_ops)(\.js)?$/;
const shared = /^@tensorflow\/tfjs(-core|-layers|-data|-converter)?($|\/)/;

/** Functions that Node 23 has removed from `util`, or warns about. The compiled packages call some of them. */
const removed = {
  isArray: (x: unknown) => Array.isArray(x),
  isBoolean: (x: unknown) => typeof x === 'boolean',
  isNull: (x: unknown) => x === null,
  isNullOrUndefined: (x: unknown) => x === null || x === undefined,
  isNumber: (x: unknown) => typeof x === 'number',
  isString: (x: unknown) => typeof x === 'string',
  isSymbol: (x: unknown) => typeof x === 'symbol',
  isUndefined: (x: unknown) => x === undefined,
  isObject: (x: unknown) => x !== null && typeof x === 'object',
  isFunction: (x: unknown) => typeof x === 'function',
  isPrimitive: (x: unknown) => x === null || (typeof x !== 'object' && typeof x !== 'function'),
  isDate: (x: unknown) => util.types.isDate(x),
  isRegExp: (x: unknown) => util.types.isRegExp(x),
  isError: (x: unknown) => util.types.isNativeError(x) || x instanceof Error,
};
const fullUtil = { ...util, ...removed };

/**
 * Gives modules in the folder `dir`, now and later, `library` as TensorFlow.js.
 * @returns a function that ends this
 */
export function shareWith(dir: string, library: object): () => void {
  const { _load: before } = loader;
  const load: Load = function (this: unknown, request, parent, isMain) {
    if (parent?.filename && isBelow(dir, parent.filename)) {
      if (request === 'util' || request === 'node:util') return fullUtil;
      if (registering.test(request)) return {};
      const [name] = shared.exec(request) ?? [];
      if (name?.endsWith('/'))
        throw new Error(`${parent.filename} imports ${request}, a part of TensorFlow.js that cannot be shared`);
      if (name) return library;
    }
    return before.call(this, request, parent, isMain);
  };
  loader._load = load;
  return () => {
    // Another hook may have been installed on top of this one
    if (loader._load === load) loader._load = before;
  };
}

function isBelow(dir: string, file: string): boolean {
  const relative = path.relative(dir, file);
  return !relative.startsWith('..') && !path.isAbsolute(relative);
}
