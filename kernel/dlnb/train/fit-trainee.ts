// What `train.fit` trains: a compiled model, or a step function with its variables. Both make steps, measure batches of
// the validation, and name their weights.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Counted, FitParts } from '../../tensors/layers/fit-parts.ts';
import type { TensorLibrary } from '../library.ts';
import { shown } from '../options.ts';
import { shapeText } from '../shape.ts';
import type { FitOptions, StepFunction, StepInfo, StepResult, TrainedVariables } from './fit-api.ts';
import type { SourceBatch } from './fit-data.ts';

type Tensor = tfTypes.Tensor;
type Value = Tensor | number;

/** A variable with the name of its weight. */
export interface NamedVariable {
  name: string;
  variable: tfTypes.Variable;
}

/** What a step gave. */
export interface Stepped {
  names: readonly string[];
  values: readonly Value[];
  counted?: readonly (Counted | undefined)[];
}

/** Adds up the values of batches of the validation. */
export interface Measuring {
  add(batch: SourceBatch, info: StepInfo): void | Promise<void>;
  results(): Promise<Record<string, number>>;
}

/** What is trained. */
export interface Trainee {
  readonly model: LayersModel | undefined;
  readonly optimizer: tfTypes.Optimizer | undefined;
  /** All weights that a training changes, for files. Empty if a step function does not name them. */
  weights(): NamedVariable[];
  /** Those of them that gradients change. */
  trained(): NamedVariable[];
  begin(labelsChecked: boolean): void;
  end(): void;
  step(batch: SourceBatch, info: StepInfo): Stepped | Promise<Stepped>;
  /** Undefined if a step function cannot measure without training. */
  measure(): Measuring | undefined;
}

/** The functions of the kernel that models need; undefined of another copy of TensorFlow.js. */
export const fitPartsOf = (tf: TensorLibrary): FitParts | undefined =>
  (tf.train as unknown as { fitParts?: FitParts }).fitParts;

/** @throws Error if there are none */
export function fitParts(tf: TensorLibrary, where: string): FitParts {
  const parts = fitPartsOf(tf);
  if (!parts) throw new Error(`${where} needs the TensorFlow.js of the kernel; this is another copy of it`);
  return parts;
}

/** Whether a value is a model of `tf.layers`. */
export const isModel = (tf: TensorLibrary, value: unknown): value is LayersModel => value instanceof tf.LayersModel;

/** A compiled model. @throws Error if it is not compiled */
export function modelTrainee(tf: TensorLibrary, where: string, model: LayersModel): Trainee {
  const parts = fitParts(tf, where);
  checkCompiled(tf, where, model);
  const names = parts.names(model as never);
  const weights = () => named(model.weights as unknown as readonly { name: string; read(): tfTypes.Variable }[]);
  let running: ReturnType<FitParts['begin']> | undefined;
  return {
    model,
    optimizer: parts.optimizer(model as never),
    weights,
    trained() {
      const trained = new Set(parts.trained(model as never));
      return weights().filter(({ variable }) => trained.has(variable));
    },
    begin(labelsChecked) {
      running = parts.begin(model as never, labelsChecked);
    },
    end() {
      running?.end();
      running = undefined;
    },
    step({ ins }) {
      const values = running!.step(ins);
      let counted: (Counted | undefined)[] | undefined;
      for (let i = 1; i < values.length; i++) {
        const c = parts.countedOf(values[i]!);
        if (c) (counted ??= new Array<undefined>(values.length))[i] = c;
      }
      return counted ? { names, values, counted } : { names, values };
    },
    measure() {
      const totals = parts.totals(model as never);
      return {
        add: ({ ins, size }) => totals.add(ins, size),
        async results() {
          const results = totals.results();
          const numbers = await Promise.all(results.map(async (r) => (await r.data())[0]!));
          tf.dispose(results);
          return Object.fromEntries(names.map((name, i) => [name, numbers[i]!]));
        },
      };
    },
  };
}

/** @throws Error if the model is not compiled */
export function checkCompiled(tf: TensorLibrary, where: string, model: LayersModel): void {
  const parts = fitParts(tf, where);
  if (!parts.isCompiled(model as never))
    throw new Error(
      `${where}: the model is not compiled: it has no loss and no optimizer. Compile it first: ` +
        "model.compile({ optimizer: 'adam', loss: 'meanSquaredError' })",
    );
}

function named(weights: readonly { name: string; read(): tfTypes.Variable }[]): NamedVariable[] {
  const seen = new Map<string, number>();
  return weights.map((weight) => {
    const count = seen.get(weight.name) ?? 0;
    seen.set(weight.name, count + 1);
    return { name: count === 0 ? weight.name : `${weight.name}#${count}`, variable: weight.read() };
  });
}

/** The options of a step function. */
type StepOptions = Pick<FitOptions<never>, 'optimizer' | 'variables' | 'evaluate'>;

/** A step function. @throws TypeError for what is no optimizer, or no variables */
export function stepTrainee(
  tf: TensorLibrary,
  where: string,
  step: StepFunction<unknown>,
  { optimizer, variables, evaluate }: StepOptions,
): Trainee {
  if (optimizer !== undefined && typeof (optimizer as Partial<tfTypes.Optimizer>)?.minimize !== 'function')
    throw new TypeError(`${where}: optimizer must be one of optim or tf.train, got ${shown(optimizer)}`);
  if (evaluate !== undefined && typeof evaluate !== 'function')
    throw new TypeError(`${where}: evaluate must be a function of a batch, got ${shown(evaluate)}`);
  const list = variables === undefined ? [] : variablesIn(tf, where, variables);
  const isTrained = list.filter(({ variable }) => variable.trainable);
  const given = list.length > 0 ? isTrained.map(({ variable }) => variable) : undefined;
  const names = new KeptNames();
  const { compileStep } = tf.train as unknown as {
    compileStep<F extends (...args: never[]) => unknown>(f: F): F;
  };
  let info!: StepInfo;
  const minimize = compileStep((batch: unknown): Value[] => {
    let more: [string, Value][] = [];
    const loss = optimizer!.minimize(
      () => {
        const result = step(batch, info);
        if (result instanceof Promise)
          throw new TypeError(
            `${where}: a step function with an optimizer must return the loss itself, not a promise: it must not be async`,
          );
        const { loss, metrics } = split(tf, where, result);
        if (typeof loss === 'number')
          throw new TypeError(
            `${where}: the step function returned the number ${loss}, and must return the loss as a tensor, so that its ` +
              'gradients are known. Leave optimizer out if the function updates its variables by itself.',
          );
        more = metrics;
        for (const [, value] of more) if (typeof value !== 'number') tf.keep(value);
        return scalar(tf, where, loss);
      },
      true,
      given,
    )!;
    names.set(['loss', ...more.map(([name]) => name)]);
    return [loss, ...more.map(([, value]) => value)];
  });
  const own = (batch: unknown): Stepped | Promise<Stepped> => {
    const result = step(batch, info) as StepResult | undefined | Promise<StepResult | undefined>;
    return result instanceof Promise ? result.then(valuesOf) : valuesOf(result);
  };
  const valuesOf = (result: StepResult | undefined): Stepped => {
    if (result === undefined || result === null) return { names: names.set([]), values: [] };
    const { loss, metrics } = split(tf, where, result);
    return {
      names: names.set(['loss', ...metrics.map(([name]) => name)]),
      values: [loss, ...metrics.map(([, v]) => v)],
    };
  };
  return {
    model: undefined,
    optimizer,
    weights: () => list,
    trained: () => isTrained,
    begin() {},
    end() {},
    step({ value }, at) {
      info = at;
      if (!optimizer) return own(value);
      const values = minimize(value);
      return { names: names.list, values };
    },
    measure: () =>
      evaluate || optimizer ? measuring(tf, where, (evaluate as StepFunction<unknown>) ?? step) : undefined,
  };
}

/** The means of what a function gives for batches. */
function measuring(tf: TensorLibrary, where: string, f: StepFunction<unknown>): Measuring {
  const sums = new Map<string, number>();
  let n = 0;
  return {
    async add({ value, size }, info) {
      const kept: [string, Value][] = [];
      const result = tf.tidy(() => {
        const given = f(value, info);
        if (given instanceof Promise) return given as never;
        const { loss, metrics } = split(tf, where, given);
        kept.push(['loss', loss], ...metrics);
        return kept.map(([, v]) => v).filter((v) => typeof v !== 'number');
      }) as unknown;
      if (result instanceof Promise) {
        const { loss, metrics } = split(tf, where, (await result) as StepResult);
        kept.push(['loss', loss], ...metrics);
      }
      n += size;
      for (const [name, v] of kept) {
        const number = typeof v === 'number' ? v : (await v.data())[0]!;
        if (typeof v !== 'number' && !(v instanceof tf.Variable)) v.dispose();
        sums.set(name, (sums.get(name) ?? 0) + number * size);
      }
    },
    results: () => Promise.resolve(Object.fromEntries([...sums].map(([name, sum]) => [name, sum / n]))),
  };
}

/** Names of values, the same list while they do not change. */
class KeptNames {
  list: readonly string[] = [];
  set(names: readonly string[]): readonly string[] {
    const same = names.length === this.list.length && names.every((name, i) => name === this.list[i]);
    if (!same) this.list = names;
    return this.list;
  }
}

/** The loss and the metrics that a step function returned. */
function split(tf: TensorLibrary, where: string, result: unknown): { loss: Value; metrics: [string, Value][] } {
  const isValue = (v: unknown): v is Value => typeof v === 'number' || v instanceof tf.Tensor;
  if (isValue(result)) return { loss: one(result, 'loss'), metrics: [] };
  const values = (result ?? {}) as Record<string, unknown>;
  if (typeof result !== 'object' || !isValue(values['loss']))
    throw new TypeError(
      `${where}: the step function must return the loss, or an object such as { loss, accuracy }, got ${shown(result)}`,
    );
  const { loss, ...rest } = values;
  const metrics = Object.entries(rest).map(([name, v]): [string, Value] => {
    if (!isValue(v))
      throw new TypeError(`${where}: "${name}" of the step function must be a number or a tensor, got ${shown(v)}`);
    return [name, one(v, name)];
  });
  return { loss: one(loss, 'loss'), metrics };

  function one(value: Value, name: string): Value {
    if (typeof value === 'number' || value.size === 1) return value;
    throw new TypeError(
      `${where}: "${name}" of the step function must be one number, and has shape ${shapeText(value.shape)}. Take the ` +
        'mean: loss.mean()',
    );
  }
}

const scalar = (tf: TensorLibrary, _where: string, loss: Tensor): tfTypes.Scalar =>
  (loss.rank === 0 ? loss : tf.reshape(loss, [])) as tfTypes.Scalar;

/** The variables of a tree of variables and models, with names. */
function variablesIn(tf: TensorLibrary, where: string, given: TrainedVariables): NamedVariable[] {
  const found: { name: string; read(): tfTypes.Variable }[] = [];
  const visit = (value: unknown, name: string): void => {
    const { weights } = (value ?? {}) as { weights?: unknown };
    if (value instanceof tf.Variable) found.push({ name: name || value.name, read: () => value });
    else if (Array.isArray(weights) && weights.every((w) => typeof (w as { read?: unknown }).read === 'function'))
      for (const w of weights as { name?: string; read(): Tensor }[])
        found.push({ name: [name, w.name].filter(Boolean).join('/'), read: () => w.read() as tfTypes.Variable });
    else if (Array.isArray(value)) value.forEach((part, i) => visit(part, name ? `${name}/${i}` : `${i}`));
    else if (typeof value === 'object' && value !== null && !(value instanceof tf.Tensor))
      for (const [key, part] of Object.entries(value)) visit(part, name ? `${name}/${key}` : key);
    else
      throw new TypeError(
        `${where}: variables must be variables or models, as { w, b } or [w, b] of tf.variable(…), got ${shown(value)}` +
          (name ? ` for ${name}` : ''),
      );
  };
  visit(given, '');
  if (found.length === 0)
    throw new TypeError(
      `${where}: variables holds no variable, as { w, b } of tf.variable(…) has two; it is ${shown(given)}`,
    );
  return named(found);
}
