// TensorFlow.js's engine with its busiest methods replaced by leaner ones that do the same: around a small op kernel it spends many
// times what the op kernel takes. It also hands the tensors that leave all scopes to the collector, and frees what a gradient has
// saved as soon as it has been used. What is replaced are methods of engine.ts and functions of tape.ts and gradients.ts of
// tfjs-core 4.22; under `tf.profile` and in debug mode the stock methods run.
import * as tf from '@tensorflow/tfjs-core';
import { getGlobal } from '@tensorflow/tfjs-core/dist/global_util';
import { getGlobalTensorClass } from '@tensorflow/tfjs-core/dist/tensor';
import { Collector, type Remains } from './collect.ts';

type Tensors = Record<string, tf.Tensor>;
type GradientFunction = (
  dy: tf.Tensor | tf.Tensor[],
  saved: tf.Tensor[],
  attrs: unknown,
) => Record<string, () => tf.Tensor>;

interface Scope {
  id: number;
  name: string;
  track: Tracked[];
}

/** A tensor as the engine sees it. */
type Tracked = tf.Tensor & { kept: boolean; scopeId?: number };

/** One op that has been recorded for a gradient. */
interface TapeNode {
  id: number;
  kernelName: string;
  inputs: Tensors;
  outputs: tf.Tensor[];
  saved: tf.Tensor[];
  gradient: GradientFunction | undefined;
  attrs: unknown;
}

/** What the engine knows about the data of tensors. */
interface DataInfo {
  backend: tf.KernelBackend;
  dtype: tf.DataType;
  shape: number[];
  bytes: number;
}

interface State {
  registeredVariables: Record<string, tf.Variable>;
  tensorInfo: InfoTable;
  activeTape: TapeNode[] | null;
  activeScope: Scope | null | undefined;
  scopeStack: Scope[];
  numDataMovesStack: number[];
  nextTapeNodeId: number;
  nextScopeId: number;
  numBytes: number;
  numTensors: number;
  numStringTensors: number;
  numDataBuffers: number;
  gradientDepth: number;
  kernelDepth: number;
  profiling: boolean;
}

interface OpKernelCall {
  kernelName: string;
  inputs: Tensors;
  attrs: unknown;
}

/** The call of a function with a gradient of its own. */
interface CustomCall {
  forwardFunc: (backend: tf.KernelBackend, save: (tensors: tf.Tensor[]) => void) => tf.Tensor | tf.Tensor[];
  backwardsFunc: GradientFunction;
  inputs: Tensors;
  attrs?: unknown;
}

/** The parts of tfjs-core's class Engine that are used or replaced here. */
interface Engine {
  state: State;
  ENV: tf.Environment;
  backend: tf.KernelBackend;
  backendName: string | null;
  nextTensorId(): number;
  reset(): void;
  read(dataId: object): Promise<tf.backend_util.TypedArray>;
  runKernel(name: string, inputs: Tensors, attrs?: unknown): tf.Tensor | tf.Tensor[];
  runKernelFunc(call: OpKernelCall | CustomCall): tf.Tensor | tf.Tensor[];
  checkKernelForMemLeak(name: string, before: number, outputs: tf.TensorInfo[]): void;
  getTensorsForGradient(name: string, inputs: Tensors, outputs: tf.Tensor[]): tf.Tensor[];
  saveTensorsForBackwardMode(tensors: tf.Tensor[]): tf.Tensor[];
  clone(x: tf.Tensor): tf.Tensor;
  keep<T extends tf.Tensor>(x: T): T;
  track<T extends tf.Tensor>(x: T): T;
  trackTensor(x: tf.Tensor, backend?: tf.KernelBackend | null): void;
  incRef(x: tf.Variable, backend?: tf.KernelBackend | null): void;
  removeDataId(dataId: object, backend: tf.KernelBackend): void;
  disposeTensor(x: tf.Tensor | Remains): void;
  makeTensor(values: Values, shape: number[], dtype: tf.DataType, backend?: tf.KernelBackend): tf.Tensor;
  makeTensorFromTensorInfo(info: tf.TensorInfo, backend?: tf.KernelBackend): tf.Tensor;
  addTapeNode(
    name: string,
    inputs: Tensors,
    outputs: tf.Tensor[],
    gradient: GradientFunction | null,
    saved: tf.Tensor[],
    attrs: unknown,
  ): void;
  tidy<T>(name: string | (() => T), f?: () => T): T;
  startScope(name?: string): void;
  endScope(result?: unknown): void;
  gradients(
    f: () => tf.Tensor,
    xs: tf.Tensor[],
    dy?: tf.Tensor | null,
    allowNoGradients?: boolean,
  ): { value: tf.Tensor; grads: tf.Tensor[] };
}
type Values = tf.backend_util.TypedArray | string[] | Uint8Array[];

const engine = tf.engine() as unknown as Engine;
const stock = Object.getPrototypeOf(engine) as Engine;
const { assert } = tf.util;
/** The class that has the chained ops, should there be another copy of tfjs-core in the process. */
const Tensor = getGlobalTensorClass() as unknown as typeof tf.Tensor;

const collector = new Collector((remains) => {
  engine.disposeTensor(remains);
  if (remains.name !== undefined) variables.forget(remains.name);
});

/** Frees all tensors that nothing refers to; returns how many. Takes some ten milliseconds. */
export function collectTensors(): number {
  return collector.collect();
}

let check: (() => void) | undefined;

/** Has a function called before each op kernel; what it throws ends the op. */
export function callBeforeEachKernel(f: () => void): void {
  check = f;
}

/** Stands in for the call of an op kernel, which `compute` is. */
export type Intercept = (
  name: string,
  inputs: Record<string, unknown>,
  attrs: unknown,
  compute: () => tf.TensorInfo | tf.TensorInfo[],
) => tf.TensorInfo | tf.TensorInfo[];
let intercept: Intercept | undefined;

/** Has a function called in the place of each op kernel, until it is called without one. */
export function interceptOpKernels(f?: Intercept): void {
  intercept = f;
}

/** Calls an op kernel that changes tensors in place and has no outputs. */
export function runInPlace(config: tf.KernelConfig, tensors: Record<string, tf.Tensor[]>, attrs: object): void {
  const compute = () =>
    config.kernelFunc({
      inputs: {},
      attrs: { ...attrs, ...tensors } as unknown as tf.NamedAttrMap,
      backend: engine.backend,
    });
  if (intercept) intercept(config.kernelName, tensors, attrs, compute);
  else compute();
}

/** The information on data, kept at the data's own object: that is found faster than through a WeakMap. */
class InfoTable {
  get(dataId: object): DataInfo | undefined {
    const { engineInfo } = dataId as { engineInfo?: DataInfo & { table: InfoTable } };
    return engineInfo !== undefined && engineInfo.table === this ? engineInfo : undefined;
  }
  has(dataId: object): boolean {
    return this.get(dataId) !== undefined;
  }
  set(dataId: object, { backend, dtype, shape, bytes }: DataInfo): void {
    (dataId as { engineInfo?: object }).engineInfo = { backend, dtype, shape, bytes, table: this };
  }
  delete(dataId: object): boolean {
    const known = this.has(dataId);
    if (known) (dataId as { engineInfo?: object | undefined }).engineInfo = undefined;
    return known;
  }
}

/** The engine's variables by name, held weakly: a model that nobody refers to any more goes with its weights. */
class Variables {
  private readonly references: Record<string, WeakRef<tf.Variable>> = Object.create(null) as object as never;

  /** Drops a name whose variable is gone. */
  forget(name: string): void {
    if (this.references[name] && !this.references[name].deref()) delete this.references[name];
  }

  list(): tf.Variable[] {
    return Object.values(this.references).flatMap((r) => r.deref() ?? []);
  }

  /** What the engine and others take for a record of the variables. */
  asRecord(): Record<string, tf.Variable> {
    const { references } = this;
    const get = (name: string | symbol) => (references[name as string] as WeakRef<tf.Variable> | undefined)?.deref();
    return new Proxy(references as object as Record<string, tf.Variable>, {
      get: (_, name) => get(name),
      has: (_, name) => get(name) !== undefined,
      set: (_, name, variable: tf.Variable) => {
        references[name as string] = new WeakRef(variable);
        return true;
      },
      ownKeys: () => Reflect.ownKeys(references).filter((name) => get(name) !== undefined),
      getOwnPropertyDescriptor: (_, name) => {
        const value = get(name);
        return value && { value, configurable: true, enumerable: true, writable: true };
      },
    });
  }
}
let variables = new Variables();

/** Of the current backend, as far as they have been asked for: the registry makes a string to look one up. */
const opKernels = new Map<string, tf.KernelConfig>();
let backendOfOpKernels: string | null = null;

function opKernel(name: string, backendName: string): tf.KernelConfig {
  if (backendName !== backendOfOpKernels) {
    opKernels.clear();
    backendOfOpKernels = backendName;
  }
  let config = opKernels.get(name);
  if (!config) {
    config = tf.getKernel(name, backendName);
    if (!config) throw new Error(`Kernel '${name}' not registered for backend '${backendName}'`);
    opKernels.set(name, config);
  }
  return config;
}

function watchRegistry(): void {
  const registry = getGlobal('kernelRegistry', () => new Map<string, tf.KernelConfig>());
  const { set, delete: remove } = registry;
  registry.set = function (key, config) {
    opKernels.clear();
    return set.call(this, key, config);
  };
  registry.delete = function (key) {
    opKernels.clear();
    return remove.call(this, key);
  };
}

/** The inputs of the op kernel that is running: the collector must not take them, even if nobody has any use for them afterwards. */
let running: Tensors | undefined;

/** Where tensors that leave all scopes go instead of to the collector, when most of them are about to be disposed of. */
let pending: tf.Tensor[] | undefined;

const none: never[] = [];

function isTensor(x: unknown): x is Tracked {
  return (x as object).constructor === Tensor || x instanceof tf.Tensor;
}

function bytesOf(x: tf.Tensor | Remains): number {
  // The bytes of complex numbers are counted by their parts, those of strings when they are written
  return x.dtype === 'complex64' || x.dtype === 'string' ? 0 : x.size * (x.dtype === 'bool' ? 1 : 4);
}

const lean: ThisType<Engine> & Partial<Engine> = {
  runKernel(name, inputs, attrs) {
    const { backend, state, ENV } = this; // reading `backend` starts it
    const config = opKernel(name, this.backendName!);
    check?.();
    if (state.profiling || ENV.getBool('DEBUG'))
      return stock.runKernelFunc.call(this, { kernelName: name, inputs, attrs });
    if (state.kernelDepth === 0) collector.poll();
    const recording = state.gradientDepth > 0 && state.kernelDepth === 0;
    const checking = ENV.getBool('IS_TEST');
    if (checking) state.numDataMovesStack.push(0);
    const before = checking ? backend.numDataIds() : 0;
    const outer = running;
    running = inputs;
    state.kernelDepth++;
    try {
      const out = intercept
        ? intercept(name, inputs, attrs, () => config.kernelFunc({ inputs, attrs: attrs as tf.NamedAttrMap, backend }))
        : config.kernelFunc({ inputs, attrs: attrs as tf.NamedAttrMap, backend });
      if (!Array.isArray(out)) {
        if (checking) this.checkKernelForMemLeak(name, before, [out]);
        const output = tensorOf(out);
        if (recording) record(name, inputs, [output], attrs);
        return output;
      }
      if (checking) this.checkKernelForMemLeak(name, before, out);
      const outputs = out.map(tensorOf);
      if (recording) record(name, inputs, outputs, attrs);
      return outputs;
    } finally {
      state.kernelDepth--;
      running = outer;
    }
  },

  /** Of functions with a gradient of their own; op kernels have been run above. */
  runKernelFunc(call) {
    const { backend, state, ENV } = this;
    if (!('forwardFunc' in call) || state.profiling || ENV.getBool('DEBUG'))
      return stock.runKernelFunc.call(this, call);
    const { forwardFunc, backwardsFunc, inputs, attrs } = call;
    const recording = state.gradientDepth > 0 && state.kernelDepth === 0;
    const checking = ENV.getBool('IS_TEST');
    if (checking) state.numDataMovesStack.push(0);
    const before = checking ? backend.numDataIds() : 0;
    const name = state.activeScope?.name ?? '';
    let saved: tf.Tensor[] = none;
    const outer = running;
    running = inputs;
    state.kernelDepth++;
    let out: tf.Tensor | tf.Tensor[];
    try {
      out = this.tidy(() => forwardFunc(backend, (tensors) => void (saved = recording ? tensors.map(save) : none)));
      if (checking) this.checkKernelForMemLeak(name, before, Array.isArray(out) ? out : [out]);
    } finally {
      state.kernelDepth--;
      running = outer;
    }
    if (recording) this.addTapeNode(name, inputs, Array.isArray(out) ? out : [out], backwardsFunc, saved, attrs);
    return out;
  },

  saveTensorsForBackwardMode(tensors) {
    return tensors.map(save);
  },

  addTapeNode(kernelName, inputs, outputs, gradient, saved, attrs) {
    const { state } = this;
    gradient = (tf.getGradient(kernelName)?.gradFunc as GradientFunction | undefined) ?? gradient;
    const id = state.nextTapeNodeId++;
    state.activeTape!.push({ id, kernelName, inputs, outputs, saved, gradient: gradient ?? undefined, attrs });
  },

  makeTensorFromTensorInfo({ dataId, shape, dtype }, backend) {
    const x = new Tensor(shape, dtype, dataId, this.nextTensorId());
    count(x, backend);
    return this.track(x);
  },

  makeTensor(values, shape, dtype, backend) {
    dtype ||= 'float32';
    if (values === null || values === undefined || dtype === 'string')
      return stock.makeTensor.call(this, values, shape, dtype, backend);
    backend ??= this.backend;
    const dataId = backend.write(values as tf.backend_util.TypedArray, shape, dtype);
    return this.makeTensorFromTensorInfo({ dataId, shape, dtype }, backend);
  },

  trackTensor(x, backend) {
    count(x, backend);
    if (!(x instanceof tf.Variable)) this.track(x);
  },

  incRef(x, backend) {
    count(x, backend);
    this.backend.incRef(x.dataId);
    collector.add(x, x.name);
  },

  track(x) {
    const { activeScope } = this.state;
    if (activeScope) {
      (x as Tracked).scopeId = activeScope.id;
      activeScope.track.push(x as Tracked);
    } else if (pending) pending.push(x);
    else collector.add(x);
    return x;
  },

  keep(x) {
    (x as Tracked).kept = true;
    collector.add(x);
    return x;
  },

  disposeTensor(x) {
    const { state } = this;
    const info = state.tensorInfo.get(x.dataId);
    if (!info) return;
    collector.forget(x.id);
    state.numTensors--;
    if (x.dtype === 'string') {
      state.numStringTensors--;
      state.numBytes -= info.bytes;
    } else state.numBytes -= bytesOf(x);
    if (info.backend.disposeData(x.dataId)) this.removeDataId(x.dataId, info.backend);
  },

  async read(dataId) {
    const { backend } = this.state.tensorInfo.get(dataId)!;
    const values = await backend.read(dataId);
    if (collector.waits) {
      await new Promise((resolve) => setImmediate(resolve));
      collector.collectOnSchedule();
    }
    return values as tf.backend_util.TypedArray;
  },

  tidy<T>(this: Engine, name: string | (() => T), f?: () => T): T {
    if (typeof name !== 'function') return stock.tidy.call(this, name, f) as T;
    this.startScope();
    let result: T | undefined;
    try {
      result = name();
      if (result instanceof Promise) console.error('Cannot return a Promise inside of tidy.');
      return result;
    } finally {
      this.endScope(result);
    }
  },

  endScope(result) {
    const { state } = this;
    const scope = state.activeScope!;
    const isOne = result !== undefined && result !== null && isTensor(result);
    const isNone = !isOne && (typeof result !== 'object' || result === null || ArrayBuffer.isView(result));
    if (!isOne && !isNone) return stock.endScope.call(this, result);
    const { track } = scope;
    for (let i = 0; i < track.length; i++) {
      const x = track[i]!;
      if (!x.kept && x !== result && !(isOne && x.id === result.id)) x.dispose();
    }
    closeScope(state);
    if (isOne && !result.kept && result.scopeId === scope.id) this.track(result);
  },

  gradients(f, xs, dy, allowNoGradients = false) {
    assert(xs.length > 0, () => 'gradients() received an empty list of xs.');
    if (dy && dy.dtype !== 'float32') throw new Error(`dy must have 'float32' dtype, but has '${dy.dtype}'`);
    const { state } = this;
    try {
      const y = recordTape(f);
      assert(y instanceof tf.Tensor, () => 'The result y returned by f() must be a tensor.');
      const path = pathOf(state.activeTape!, xs, y);
      if (!allowNoGradients && path.length === 0)
        throw new Error(
          'Cannot compute gradient of y=f(x) with respect to x. Make sure that the f you passed encloses all operations that lead from x to y.',
        );
      return { value: y, grads: propagate(path, xs, y, dy ?? undefined) };
    } finally {
      // Unless this was for a gradient of higher order, nobody needs what has been saved; also after errors
      if (state.gradientDepth === 0) {
        releaseTape(state.activeTape);
        state.activeTape = null;
      }
    }
  },

  reset() {
    stock.reset.call(this);
    installState();
  },
};

function tensorOf(info: tf.TensorInfo): tf.Tensor {
  // Some op kernels return tensors
  return (info as tf.Tensor).rank === undefined ? engine.makeTensorFromTensorInfo(info) : (info as tf.Tensor);
}

function record(name: string, inputs: Tensors, outputs: tf.Tensor[], attrs: unknown): void {
  const saved = engine.getTensorsForGradient(name, inputs, outputs).map(save);
  engine.addTapeNode(name, inputs, outputs, null, saved, attrs);
}

/** Another tensor with the same data, which no scope disposes of. */
function save(x: tf.Tensor): tf.Tensor {
  const { state } = engine;
  const info = x && state.tensorInfo.get(x.dataId);
  // Of higher order, the gradient with respect to what is saved counts as well
  if (!info || state.gradientDepth > 1) return engine.keep(engine.clone(x));
  info.backend.incRef(x.dataId);
  const y = new Tensor(x.shape, x.dtype, x.dataId, engine.nextTensorId()) as Tracked;
  y.kept = true;
  count(y, info.backend);
  return y;
}

function count(x: tf.Tensor, backend?: tf.KernelBackend | null): void {
  const { state } = engine;
  const { dataId, dtype, shape } = x;
  state.numTensors++;
  if (dtype === 'string') state.numStringTensors++;
  const bytes = bytesOf(x);
  state.numBytes += bytes;
  if (!state.tensorInfo.has(dataId)) {
    state.numDataBuffers++;
    state.tensorInfo.set(dataId, { backend: backend ?? engine.backend, dtype, shape, bytes });
  }
}

function closeScope(state: State): void {
  state.scopeStack.pop();
  state.activeScope = state.scopeStack.at(-1) ?? null;
}

/** Calls `f`, with all ops recorded that lead to its result. */
function recordTape(f: () => tf.Tensor): tf.Tensor {
  const { state } = engine;
  if (state.gradientDepth === 0) state.activeTape = [];
  state.gradientDepth++;
  try {
    return engine.tidy('forward', f);
  } finally {
    state.gradientDepth--;
  }
}

/** Disposes of what the ops of a tape have saved. */
function releaseTape(tape: TapeNode[] | null | undefined): void {
  for (const { saved } of tape ?? none) for (const x of saved) x.dispose();
}

/** The ops of a tape that lie between xs and y, in their order. */
function pathOf(tape: TapeNode[], xs: tf.Tensor[], y: tf.Tensor): Step[] {
  const fromX = new Set<number>();
  for (const x of xs) fromX.add(x.id);
  const steps: Step[] = [];
  for (const node of tape) {
    let names: string[] | undefined;
    for (const name in node.inputs) {
      const input = node.inputs[name] as tf.Tensor | null | undefined;
      if (input && fromX.has(input.id)) (names ??= []).push(name);
    }
    if (!names) continue;
    for (const { id } of node.outputs) fromX.add(id);
    steps.push({ node, names });
  }
  const toY = new Set<number>([y.id]);
  const path: Step[] = [];
  for (let i = steps.length - 1; i >= 0; i--) {
    const { node } = steps[i]!;
    if (!node.outputs.some(({ id }) => toY.has(id))) continue;
    for (const name in node.inputs) {
      const input = node.inputs[name] as tf.Tensor | null | undefined;
      if (input) toY.add(input.id);
    }
    path.push(steps[i]!);
  }
  return path.reverse();
}

/** An op that the gradient goes through, and the names of the inputs with respect to which. */
interface Step {
  node: TapeNode;
  names: string[];
}

/**
 * Takes the gradient of y back along the path. Gradients of intermediate results, and what the ops have saved, are disposed of as soon
 * as they have been used, so that the next op finds their memory free and in the cache.
 * @param dy gradient with respect to y; ones if absent
 * @returns gradients with respect to xs, undefined for those that the path does not reach
 */
function propagate(path: Step[], xs: tf.Tensor[], y: tf.Tensor, dy: tf.Tensor | undefined): tf.Tensor[] {
  const { state } = engine;
  const isLast = state.gradientDepth === 0;
  engine.startScope('backward');
  const scope = state.activeScope!;
  try {
    const gradients = new Map<number, Tracked>([[y.id, (dy ?? ones(y.shape)) as Tracked]]);
    const asked = new Set<number>();
    for (const x of xs) asked.add(x.id);
    // Gradient functions may give away tensors that they were given, or that somebody else holds
    const foreign = new Set<tf.Tensor>();
    const disposeOwn = (x: Tracked) => {
      if (x.scopeId === scope.id && !x.kept && !foreign.has(x)) x.dispose();
    };
    for (let i = path.length - 1; i >= 0; i--) {
      const { node, names } = path[i]!;
      if (!node.gradient)
        throw new Error(`Cannot compute gradient: gradient function not found for ${node.kernelName}.`);
      const dys = node.outputs.map((output) => gradients.get(output.id) ?? zeros(output));
      const functions = node.gradient(dys.length > 1 ? dys : dys[0]!, node.saved, node.attrs);
      for (const name of names) {
        const f = functions[name];
        if (!f)
          throw new Error(
            `Cannot backprop through input ${name}. Available gradients found: ${Object.keys(functions)}.`,
          );
        const { dx, isNew } = evaluate(f);
        if (!isNew) foreign.add(dx);
        const x = node.inputs[name]!;
        checkGradient(dx, x, name, node);
        const sum = gradients.get(x.id);
        if (!sum) gradients.set(x.id, dx);
        else {
          gradients.set(x.id, engine.runKernel('Add', { a: sum, b: dx }) as Tracked);
          disposeOwn(sum);
          if (dx !== sum) disposeOwn(dx);
        }
      }
      node.outputs.forEach(({ id }, k) => {
        if (asked.has(id)) return;
        gradients.delete(id);
        disposeOwn(dys[k]!);
      });
      if (isLast) for (const x of node.saved) if (!foreign.has(x)) x.dispose();
    }
    const results = xs.map(({ id }) => gradients.get(id)!);
    endScopeWith(results);
    return results;
  } catch (e) {
    engine.endScope();
    throw e;
  }
}

/** Calls a gradient function; all that it makes but its result is disposed of. `isNew`: it has made the result itself. */
function evaluate(f: () => tf.Tensor): { dx: Tracked; isNew: boolean } {
  engine.startScope();
  const { id } = engine.state.activeScope!;
  let dx: Tracked | undefined;
  let isNew = false;
  try {
    dx = f() as Tracked;
    isNew = dx.scopeId === id;
    return { dx, isNew };
  } finally {
    engine.endScope(dx);
  }
}

function checkGradient(dx: tf.Tensor, x: tf.Tensor, name: string, { kernelName }: TapeNode): void {
  if (dx.dtype !== 'float32')
    throw new Error(
      `Error in gradient for op ${kernelName}. The gradient of input ${name} must have 'float32' dtype, but has '${dx.dtype}'`,
    );
  const { shape } = x;
  if (dx.shape.length !== shape.length || dx.shape.some((n, i) => n !== shape[i]))
    throw new Error(
      `Error in gradient for op ${kernelName}. The gradient of input '${name}' has shape '${dx.shape}', ` +
        `which does not match the shape of the input '${shape}'`,
    );
}

/** Ends the innermost scope; tensors of it that are among `results` go to the next one. */
function endScopeWith(results: Tracked[]): void {
  const { state } = engine;
  const scope = state.activeScope!;
  const kept = new Set<tf.Tensor>(results);
  for (const x of scope.track) if (!x.kept && !kept.has(x)) x.dispose();
  closeScope(state);
  for (const x of kept as Set<Tracked>) if (x && !x.kept && x.scopeId === scope.id) engine.track(x);
}

function ones(shape: number[]): tf.Tensor {
  return engine.makeTensor(tf.util.makeOnesTypedArray(tf.util.sizeFromShape(shape), 'float32'), shape, 'float32');
}

function zeros({ size, shape, dtype }: tf.Tensor): Tracked {
  return engine.makeTensor(tf.util.makeZerosTypedArray(size, dtype), shape, dtype) as Tracked;
}

type Gradients = { value: tf.Scalar; grads: tf.NamedTensorMap };

/** `tf.variableGrads`. */
function variableGradients(f: () => tf.Scalar, given?: tf.Variable[]): Gradients {
  assert(tf.util.isFunction(f), () => 'The f passed in variableGrads(f) must be a function');
  assert(
    !given || (Array.isArray(given) && given.every((v) => v instanceof tf.Variable)),
    () => 'The varList passed in variableGrads(f, varList) must be an array of variables',
  );
  const all = given ?? variables.list();
  const list = all.filter(({ trainable }) => trainable);
  assert(
    list.length > 0,
    () =>
      'variableGrads() expects at least one of the input variables to be trainable, but none of the ' +
      `${all.length} variables is trainable.`,
  );
  const { value, grads } = engine.gradients(f, list, null, true);
  assert(
    grads.some((g) => g),
    () =>
      'Cannot find a connection between any variable and the result of the loss function y=f(x). Please make sure the ' +
      'operations that use variables are inside the function f passed to minimize().',
  );
  assert(
    value.rank === 0,
    () => `The f passed in variableGrads(f) must return a scalar, but it returned a rank-${value.rank} tensor`,
  );
  const named: tf.NamedTensorMap = {};
  list.forEach(({ name }, i) => {
    if (grads[i]) named[name] = grads[i];
  });
  // Those that are asked for but not trainable have the gradient null
  for (const { name, trainable } of given ?? none) if (!trainable) named[name] = null!;
  return { value: value as tf.Scalar, grads: named };
}

/** `minimize` of the optimisers: gradients do not outlive the step, so that the collector need not know them. */
function minimize(this: tf.Optimizer, f: () => tf.Scalar, returnCost = false, list?: tf.Variable[]): tf.Scalar | null {
  const leaving: tf.Tensor[] = [];
  pending = leaving;
  let grads: tf.NamedTensorMap | undefined;
  try {
    const computed = this.computeGradients(f, list);
    ({ grads } = computed);
    pending = undefined;
    if (list) this.applyGradients(list.map(({ name }) => ({ name, tensor: grads![name]! })));
    else this.applyGradients(grads as never);
    if (returnCost) return computed.value;
    computed.value.dispose();
    return null;
  } finally {
    pending = undefined;
    if (grads) tf.dispose(grads);
    for (const x of leaving) if (!x.isDisposed) collector.add(x);
  }
}

function installState(): void {
  variables = new Variables();
  const { state } = engine;
  state.registeredVariables = Object.assign(variables.asRecord(), state.registeredVariables);
  state.tensorInfo = new InfoTable();
}

let installed = false;

/** Replaces the methods. To be called before there are any tensors. */
export function installEngine(): void {
  if (installed) return;
  installed = true;
  watchRegistry();
  installState();
  Object.assign(engine, lean);
  Object.assign(tf.Optimizer.prototype, { computeGradients: variableGradients, minimize });
}

/** Where the engine stands: how many scopes are open, and what is being recorded. */
export interface EngineState {
  scopes: number;
  gradientDepth: number;
  kernelDepth: number;
  activeTape: TapeNode[] | null;
}

/** The state between two ops of code that is in no `tidy` and no gradient. */
export const idleEngine: EngineState = { scopes: 0, gradientDepth: 0, kernelDepth: 0, activeTape: null };

export function engineState(): EngineState {
  const { scopeStack, gradientDepth, kernelDepth, activeTape } = engine.state;
  return { scopes: scopeStack.length, gradientDepth, kernelDepth, activeTape };
}

/** Closes the scopes and gradients that were opened since `before` was taken and never closed. */
export function restoreEngine({ scopes, ...recording }: EngineState): void {
  const { state } = engine;
  while (state.scopeStack.length > scopes) engine.endScope();
  if (state.activeTape !== recording.activeTape) releaseTape(state.activeTape);
  Object.assign(state, recording);
  running = undefined;
  pending = undefined;
}
