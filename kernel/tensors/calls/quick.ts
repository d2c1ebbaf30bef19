// Calls of ops with right arguments, at little cost: a few tests of each argument, and nothing is made. What they do not
// know to be right goes to the full check (check.ts), which alone says what is wrong.
import { isOwnTensor } from '../engine/is-tensor.ts';
import { takesNothing, takesTensors, WHOLE } from './check.ts';
import type { Rule } from './rules.ts';
import type { Demand, Parameter } from './signature.ts';

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
interface Test {
  readonly bits: number;
  /** Texts. */
  readonly choices: readonly string[];
  /** What else is right. */
  readonly demand?: Demand;
}

/** The test for a parameter. */
function quickTest(parameter: Parameter): Test {
  const { name, kinds, optional, choices = [], demand } = parameter;
  // Those take functions, options or any number of arguments
  if (name.startsWith('...') || kinds.includes('function') || parameter.fields) return { bits: 0, choices: [] };
  if (demand) return { bits: optional ? NOTHING : 0, choices: [], demand };
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
const passes = (test: Test, x: unknown): boolean =>
  passesBits(test, x) || (test.demand !== undefined && x != null && test.demand.holds(x));

function passesBits({ bits, choices }: Test, x: unknown): boolean {
  switch (typeof x) {
    case 'object':
      if (x === null) return (bits & NOTHING) !== 0;
      if (isOwnTensor(x)) return (bits & TENSOR) !== 0;
      if (!Array.isArray(x)) return (bits & (LIST | INTEGERS)) !== 0 && ArrayBuffer.isView(x);
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
  /** In messages, for example `tf.image.resizeBilinear`. */
  title: string;
  op: Call;
  /** How many parameters there are. */
  count: number;
  readonly parameters: readonly Parameter[];
  rule: Rule | undefined;
  /** Calls the op with every check. */
  careful: (parts: Parts, self: unknown, args: readonly unknown[]) => unknown;
  /** The error with what the op was called with. */
  told: (e: unknown, parts: Parts, self: unknown, args: readonly unknown[]) => unknown;
}

/** For an argument beyond the last parameter. */
const ABSENT: Test = { bits: NOTHING, choices: [] };
const MOST = 6;

/** The tests of an op, as many as the functions below have arguments at least. They are made at its first call. */
const testsOf = ({ parameters }: Parts): readonly Test[] => [
  ...parameters.map(quickTest),
  ...Array<Test>(Math.max(0, MOST - parameters.length)).fill(ABSENT),
];

/** The result of an op that returns a promise; its error says what the op was called with. */
function settled(result: Promise<unknown>, parts: Parts, self: unknown, args: readonly unknown[]): Promise<unknown> {
  return result.catch((e: unknown) => {
    throw parts.told(e, parts, self, args);
  });
}

/**
 * The op with quick tests. One function for some numbers of parameters: the arguments are then handed on as they are,
 * without a list of them.
 */
export function quickCall(parts: Parts): Call {
  const { count } = parts;
  if (count <= 2) return callOfTwo(parts);
  if (count <= 4) return callOfFour(parts);
  return count <= MOST ? callOfSix(parts) : callOfMany(parts);
}

/* eslint-disable prefer-rest-params */

function callOfTwo(parts: Parts): Call {
  const { op, rule, count } = parts;
  let tests: readonly Test[] | undefined;
  return function (a, b) {
    const t = (tests ??= testsOf(parts));
    if (arguments.length > count || !passes(t[0]!, a) || !passes(t[1]!, b) || rule?.call(this, a, b) !== undefined)
      return parts.careful(parts, this, [...arguments]);
    let result: unknown;
    try {
      result = op.call(this, a, b);
    } catch (e) {
      throw parts.told(e, parts, this, [a, b].slice(0, arguments.length));
    }
    return result instanceof Promise ? settled(result, parts, this, [a, b].slice(0, arguments.length)) : result;
  };
}

function callOfFour(parts: Parts): Call {
  const { op, rule, count } = parts;
  let tests: readonly Test[] | undefined;
  return function (a, b, c, d) {
    const t = (tests ??= testsOf(parts));
    if (
      arguments.length > count ||
      !(passes(t[0]!, a) && passes(t[1]!, b) && passes(t[2]!, c) && passes(t[3]!, d)) ||
      rule?.call(this, a, b, c, d) !== undefined
    )
      return parts.careful(parts, this, [...arguments]);
    let result: unknown;
    try {
      result = op.call(this, a, b, c, d);
    } catch (e) {
      throw parts.told(e, parts, this, [a, b, c, d].slice(0, arguments.length));
    }
    return result instanceof Promise ? settled(result, parts, this, [a, b, c, d].slice(0, arguments.length)) : result;
  };
}

function callOfSix(parts: Parts): Call {
  const { op, rule, count } = parts;
  let tests: readonly Test[] | undefined;
  return function (a, b, c, d, e, f) {
    const t = (tests ??= testsOf(parts));
    if (
      arguments.length > count ||
      !(passes(t[0]!, a) && passes(t[1]!, b) && passes(t[2]!, c) && passes(t[3]!, d)) ||
      !(passes(t[4]!, e) && passes(t[5]!, f)) ||
      rule?.call(this, a, b, c, d) !== undefined
    )
      return parts.careful(parts, this, [...arguments]);
    let result: unknown;
    try {
      result = op.call(this, a, b, c, d, e, f);
    } catch (error) {
      throw parts.told(error, parts, this, [a, b, c, d, e, f].slice(0, arguments.length));
    }
    return result instanceof Promise
      ? settled(result, parts, this, [a, b, c, d, e, f].slice(0, arguments.length))
      : result;
  };
}

/* eslint-enable prefer-rest-params */

function callOfMany(parts: Parts): Call {
  const { op, rule } = parts;
  let tests: readonly Test[] | undefined;
  return function (...args) {
    tests ??= testsOf(parts);
    if (
      args.length > tests.length ||
      !allPass(tests, args) ||
      rule?.apply(this, args as [unknown, unknown]) !== undefined
    )
      return parts.careful(parts, this, args);
    let result: unknown;
    try {
      result = op.apply(this, args);
    } catch (e) {
      throw parts.told(e, parts, this, args);
    }
    return result instanceof Promise ? settled(result, parts, this, args) : result;
  };
}

function allPass(tests: readonly Test[], args: readonly unknown[]): boolean {
  for (let i = 0; i < tests.length; i++) if (!passes(tests[i]!, args[i])) return false;
  return true;
}
