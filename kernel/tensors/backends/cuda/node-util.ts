// Node's module `util` for the compiled packages of TensorFlow.
import util from 'node:util';

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
/** `util` as the packages know it. */
export const fullUtil = { ...util, ...removed };
