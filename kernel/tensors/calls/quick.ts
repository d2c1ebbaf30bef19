// Calls of ops with right arguments, at little cost: a few tests of each argument, and nothing is made. What they do not
// know to be right goes to the full check (check.ts), which alone says what is wrong.
import { isOwnTensor } from '../engine/is-tensor.ts';
import { takesNothing, takesTensors, WHOLE } from './check.ts';
import type { Rule } from './rules.ts';
import type { Parameter } from './signature.ts';

export type Call = (this: unknown, ...args: unknown[]) => unknown;

// What a parameter takes, as bits
const TENSOR = 1;
const NOTHING = 2;
const INTEGER = 4;
const FRACTION = 8;
const INTEGERS = 16;
const FRACTIONS = 32;
const PAIRS = 64;
const LIST = 128;
const BOOLEAN = 256;
const TEXT = 512;

/** What is known to be right for a parameter. */
export interface Test {
  readonly bits: number;
  /** Texts. */
  readonly choices: readonly string[];
}

/** The test for a parameter. */
export function quickTest(parameter: Parameter): Test {
  const { name, kinds, optional, choices = [] } = parameter;
  // Those take functions, options or any number of arguments
  if (name.startsWith('...') || kinds.includes('function') || parameter.fields) return { bits: 0, choices: [] };
  const isWhole = WHOLE.test(name);
  const takes = (kind: Parameter['kinds'][number]) => kinds.includes(kind);
  const values = takes('any') || takes('tensor');
  const number = takes('number') || values || (takes('numbers') && name === 'axis');
  const numbers = takes('numbers') || values || takes('array');
  const sets: [number, boolean][] = [
    [TENSOR, takesTensors(parameter)],
    [NOTHING, optional === true || takesNothing(parameter)],
    [INTEGER, number],
    [FRACTION, number && !isWhole],
    [INTEGERS, numbers],
    [FRACTIONS, numbers && !isWhole],
    [PAIRS, takes('pairs') || takes('array')],
    [LIST, !isWhole && (values || takes('array') || takes('tensors'))],
    [BOOLEAN, takes('boolean')],
    [TEXT, takes('string')],
  ];
  return { bits: sets.reduce((bits, [bit, isSet]) => (isSet ? bits | bit : bits), 0), choices };
}

/** Whether a value is known to be right. */
function passes({ bits, choices }: Test, x: unknown): boolean {
  switch (typeof x) {
    case 'object':
      if (x === null) return (bits & NOTHING) !== 0;
      if (isOwnTensor(x)) return (bits & TENSOR) !== 0;
      if (!Array.isArray(x)) return false;
      if ((bits & LIST) !== 0) return true;
      return areNumbers(bits, x) || ((bits & PAIRS) !== 0 && arePairs(x));
    case 'number':
      return (bits & (Number.isInteger(x) ? INTEGER : FRACTION)) !== 0;
    case 'undefined':
      return (bits & NOTHING) !== 0;
    case 'boolean':
      return (bits & BOOLEAN) !== 0;
    case 'string':
      return (bits & TEXT) !== 0 || choices.includes(x);
    default:
      return false;
  }
}

function areNumbers(bits: number, list: readonly unknown[]): boolean {
  if ((bits & INTEGERS) === 0) return false;
  for (let i = 0; i < list.length; i++) {
    const x = list[i];
    if (typeof x !== 'number' || ((bits & FRACTIONS) === 0 && !Number.isInteger(x))) return false;
  }
  return true;
}

function arePairs(list: readonly unknown[]): boolean {
  for (let i = 0; i < list.length; i++) {
    const pair = list[i];
    if (!Array.isArray(pair) || !areNumbers(INTEGERS, pair)) return false;
  }
  return true;
}

/** What a call of an op consists of. */
export interface Parts {
  op: Call;
  tests: readonly Test[];
  rule: Rule | undefined;
  /** The op with every check. */
  careful: Call;
  /** The error with what the op was called with. */
  told: (e: unknown, args: readonly unknown[]) => unknown;
}

/** For an argument beyond the last parameter. */
const ABSENT: Test = { bits: NOTHING, choices: [] };

/** Waits for an op that returns a promise, and tells its error. */
function settled(result: Promise<unknown>, { told }: Parts, args: readonly unknown[]): Promise<unknown> {
  return result.catch((e: unknown) => {
    throw told(e, args);
  });
}

/**
 * The op with quick tests. One function for each number of parameters: the arguments are then handed on as they are,
 * without a list of them.
 */
export function quickCall(parts: Parts): Call {
  const { length } = parts.tests;
  if (length <= 2) return callOfTwo(parts);
  if (length <= 4) return callOfFour(parts);
  return length <= 6 ? callOfSix(parts) : callOfMany(parts);
}

/* eslint-disable prefer-rest-params */

function callOfTwo(parts: Parts): Call {
  const { op, rule, careful, told, tests } = parts;
  const { length } = tests;
  const [testA = ABSENT, testB = ABSENT] = tests;
  return function (a, b) {
    if (arguments.length > length || !passes(testA, a) || !passes(testB, b) || rule?.(a, b) !== undefined)
      return careful.apply(this, arguments as unknown as unknown[]);
    let result: unknown;
    try {
      result = op.call(this, a, b);
    } catch (e) {
      throw told(e, [a, b].slice(0, arguments.length));
    }
    return result instanceof Promise ? settled(result, parts, [a, b].slice(0, arguments.length)) : result;
  };
}

function callOfFour(parts: Parts): Call {
  const { op, rule, careful, told, tests } = parts;
  const { length } = tests;
  const [testA = ABSENT, testB = ABSENT, testC = ABSENT, testD = ABSENT] = tests;
  return function (a, b, c, d) {
    if (
      arguments.length > length ||
      !(passes(testA, a) && passes(testB, b) && passes(testC, c) && passes(testD, d)) ||
      rule?.(a, b, c, d) !== undefined
    )
      return careful.apply(this, arguments as unknown as unknown[]);
    let result: unknown;
    try {
      result = op.call(this, a, b, c, d);
    } catch (e) {
      throw told(e, [a, b, c, d].slice(0, arguments.length));
    }
    return result instanceof Promise ? settled(result, parts, [a, b, c, d].slice(0, arguments.length)) : result;
  };
}

function callOfSix(parts: Parts): Call {
  const { op, rule, careful, told, tests } = parts;
  const { length } = tests;
  const [testA = ABSENT, testB = ABSENT, testC = ABSENT, testD = ABSENT, testE = ABSENT, testF = ABSENT] = tests;
  return function (a, b, c, d, e, f) {
    if (
      arguments.length > length ||
      !(passes(testA, a) && passes(testB, b) && passes(testC, c) && passes(testD, d)) ||
      !(passes(testE, e) && passes(testF, f)) ||
      rule?.(a, b, c, d) !== undefined
    )
      return careful.apply(this, arguments as unknown as unknown[]);
    let result: unknown;
    try {
      result = op.call(this, a, b, c, d, e, f);
    } catch (error) {
      throw told(error, [a, b, c, d, e, f].slice(0, arguments.length));
    }
    return result instanceof Promise ? settled(result, parts, [a, b, c, d, e, f].slice(0, arguments.length)) : result;
  };
}

/* eslint-enable prefer-rest-params */

function callOfMany(parts: Parts): Call {
  const { op, rule, careful, told, tests } = parts;
  return function (...args) {
    if (args.length > tests.length || !allPass(tests, args) || rule?.(...(args as [unknown, unknown])) !== undefined)
      return careful.apply(this, args);
    let result: unknown;
    try {
      result = op.apply(this, args);
    } catch (e) {
      throw told(e, args);
    }
    return result instanceof Promise ? settled(result, parts, args) : result;
  };
}

function allPass(tests: readonly Test[], args: readonly unknown[]): boolean {
  for (let i = 0; i < tests.length; i++) if (!passes(tests[i]!, args[i])) return false;
  return true;
}
