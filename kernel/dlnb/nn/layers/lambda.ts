// A layer that computes a function of one's own. Saved models keep the function's name: the notebook that loads one
// must have made the function known, since a file that brings code of its own could do anything.
import type { Tensor } from '@tensorflow/tfjs-core';
import type { TensorLibrary } from '../../library.ts';
import { shown, type OptionNames } from '../../options.ts';
import { didYouMean } from '../../../wire/closest.ts';
import { allShapes, layerBase, type Config, type Inputs, type Kwargs, type Shape } from './base.ts';
import { LAYER_OPTIONS, type LayerClass, type LayerOptions } from './options.ts';

/**
 * The function of `nn.lambda`: of a tensor, or of an array of them if the layer has several inputs, and of the
 * arguments of the call, such as `training`.
 */
export type LambdaFunction = (x: never, args: { training?: boolean }) => Tensor;

/** Options of `nn.lambda`. */
export interface LambdaOptions extends LayerOptions {
  /**
   * Shape of one example of the output, without the batch; by default found by computing the function of ones, with 1
   * for sizes that are not known.
   */
  outputShape?: (number | null)[];
}
export const LAMBDA_OPTIONS: OptionNames<LambdaOptions> = { ...LAYER_OPTIONS, outputShape: true };

/** Functions by the names under which saved models know them. */
const known = new Map<string, LambdaFunction>();

/**
 * Makes a function known under a name, for models with a layer `nn.lambda` that are loaded. `nn.lambda` does so by
 * itself with the function's own name.
 * @example
 * ```ts
 * // In a new session, before a model with nn.lambda(double) is loaded
 * const double = (x: tf.Tensor) => x.mul(2);
 * nn.registerFunction('double', double);
 * nn.lambda(double).apply(tf.tensor1d([1, 2, 3])); // → [2, 4, 6]
 * ```
 */
export function registerFunction(name: string, f: LambdaFunction): void {
  if (typeof name !== 'string' || name === '')
    throw new TypeError(`nn.registerFunction: the name must be a non-empty text, got ${shown(name)}`);
  if (typeof f !== 'function')
    throw new TypeError(`nn.registerFunction: "${name}" must be a function, got ${shown(f)}`);
  known.set(name, f);
}

/** One tensor is given as it is, also where a model hands it over in a list. */
const singleOf = (inputs: Inputs) => (Array.isArray(inputs) && inputs.length === 1 ? inputs[0]! : inputs);

/** Makes the class, for a copy of TensorFlow.js. */
export function lambdaClasses(tf: TensorLibrary): Record<'Lambda', LayerClass> {
  const OwnLayer = layerBase(tf);

  class Lambda extends OwnLayer {
    static readonly className = 'Lambda';
    override supportsMasking = true;
    readonly f: LambdaFunction;
    readonly outputShape_: (number | null)[] | undefined;

    constructor(config: Config) {
      super('nn.lambda', config);
      const { where } = this;
      // In a saved model, an object: its text under "name" stays as it is, without changes of its spelling
      const f = config['function'] as LambdaFunction | { name: string };
      if (typeof f === 'function') {
        this.f = f as LambdaFunction;
        if (f.name) registerFunction(f.name, f as LambdaFunction);
      } else {
        const name = f?.name;
        const found = known.get(name);
        if (!found)
          throw new Error(
            `${where}: the model computes a function "${name}" of the notebook that made it, which is not known here; ` +
              `define it and call nn.registerFunction('${name}', f) before you load the model${didYouMean(name, known.keys())}`,
          );
        this.f = found;
      }
      const shape = config['outputShape'] as (number | null)[] | undefined;
      if (shape !== undefined && shape !== null && !Array.isArray(shape))
        throw new TypeError(`${where}: outputShape must be a list of sizes, got ${shown(shape)}`);
      this.outputShape_ = shape ?? undefined;
    }

    override call(inputs: Inputs, kwargs: Kwargs): Tensor {
      const result = tf.tidy(() =>
        this.f(singleOf(inputs) as never, { training: kwargs.training === true }),
      ) as unknown;
      if (!(result instanceof tf.Tensor))
        throw new TypeError(`${this.where}: the function must return a tensor, and returned ${shown(result)}`);
      return result;
    }

    override computeOutputShape(inputShape: Shape | Shape[]): Shape {
      const shapes = allShapes(inputShape);
      if (this.outputShape_) return [shapes[0]![0]!, ...this.outputShape_];
      let shape: number[] = [];
      tf.tidy(() => {
        const ones = shapes.map((shape) => tf.ones(shape.map((n) => n ?? 1)));
        ({ shape } = this.call(Array.isArray(inputShape[0]) ? ones : ones[0]!, {}));
      });
      // A size that is not known in the input, and is 1 in the output, is not known there
      const open = (axis: number) => shapes.some((s) => axis < s.length && s[axis] === null);
      return shape.map((n, axis) => (n === 1 && open(axis) ? null : n));
    }

    override ownConfig(): Config {
      const name = [...known].find(([, f]) => f === this.f)?.[0] ?? this.f.name;
      if (!name)
        throw new Error(
          `${this.where}: the function of the layer "${this.name}" has no name under which a saved model could find it; ` +
            'call nn.registerFunction(name, f), or give nn.lambda a function with a name',
        );
      return { function: { name }, ...(this.outputShape_ && { outputShape: this.outputShape_ }) };
    }
  }

  return { Lambda };
}
