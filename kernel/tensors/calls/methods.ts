// Methods as cells call them, with checked arguments: of tensors, variables, models, datasets and optimizers.
import * as tf from '@tensorflow/tfjs-core';
import * as tfd from '@tensorflow/tfjs-data';
import * as tfl from '@tensorflow/tfjs-layers';
import { faultOf } from './check.ts';
import { lateParametersOf, libraryNames, parametersOf } from './library.ts';
import { checked } from './named.ts';
import type { Call } from './quick.ts';
import { rules, type Rule } from './rules.ts';
import { checkOptimizers } from './spaces.ts';

/** Methods of tensors that take nothing, or that are called for every op. */
const left = new Set(
  (
    'array arraySync buffer bufferSync bytes clone data dataSync dataToGPU dispose print throwIfDisposed toString ' +
    'reshapeAs'
  ).split(' '),
);

/** What a method is called in messages: the name of its class, as variables are called. */
const holders: Readonly<Record<string, string>> = {
  Tensor: 'tensor',
  Variable: 'variable',
  Dataset: 'dataset',
};

/** The rule of the op for the method: the tensor is the op's first argument. */
function ruleOf(method: string): Rule | undefined {
  const rule = rules[method];
  if (!rule) return undefined;
  return function (this: unknown, a, b, c) {
    return rule(this, a, b, c);
  };
}

type Methods = Record<string, Call | undefined>;

function replace(prototype: object, method: string, call: Call): void {
  Object.defineProperty(prototype, method, { value: call, configurable: true, writable: true, enumerable: false });
}

/** Makes methods of a class name themselves in all errors. */
function nameMethods(className: string, prototype: object, isLeft: (method: string) => boolean): void {
  const methods = prototype as Methods;
  for (const name of libraryNames) {
    const [of, method] = name.split('.') as [string, string?];
    if (of !== className || method === undefined || isLeft(method)) continue;
    const stock = methods[method];
    if (typeof stock !== 'function') continue;
    replace(prototype, method, checked(`${holders[of]!}.${method}`, stock, lateParametersOf(name), ruleOf(method)));
  }
}

/** Checks the arguments of methods in which functions of the user run: what those throw stays as it is. */
function checkMethodsOf(title: string, className: string, prototype: object, methods: string): void {
  for (const method of methods.split(' ')) {
    const stock = (prototype as Methods)[method]!;
    const parameters = parametersOf(`${className}.${method}`);
    replace(prototype, method, function (this: unknown, ...args) {
      const fault = faultOf(parameters, args);
      if (fault !== undefined) throw new TypeError(`${title}.${method}: ${fault}`);
      return stock.apply(this, args);
    });
  }
}

/** Installs the checks, over what all parts have installed. */
export function checkMethodCalls(): void {
  checkOptimizers();
  nameMethods('Tensor', tf.Tensor.prototype, (method) => left.has(method));
  nameMethods('Variable', tf.Variable.prototype, (method) => method !== 'assign');
  nameMethods('Dataset', tfd.Dataset.prototype, (method) => method === 'iterator');
  checkMethodsOf('model', 'LayersModel', tfl.LayersModel.prototype, 'summary save');
  checkMethodsOf('model', 'Sequential', tfl.Sequential.prototype, 'add summary setWeights');
  const { minimize } = tf.Optimizer.prototype;
  tf.Optimizer.prototype.minimize = function (f, ...more) {
    if (typeof f !== 'function')
      throw new TypeError(`optimizer.minimize: f must be a function that returns a loss, and is ${String(f)}`);
    return minimize.call(this, f, ...more);
  };
}
