// Nadam, which TensorFlow.js lacks, by ops, on every backend.
import * as tf from '@tensorflow/tfjs-core';
import type { NamedTensor } from '@tensorflow/tfjs-core/dist/tensor_types';

/** What an optimizer keeps for one parameter. */
interface Slot {
  originalName: string;
  variable: tf.Variable;
}
type Gradients = tf.NamedTensorMap | NamedTensor[];

const slotsOf = (slots: Slot[]): NamedTensor[] =>
  slots.map(({ originalName, variable }) => ({ name: originalName, tensor: variable }));
const slotsFrom = (tensors: NamedTensor[]): Slot[] =>
  tensors.map(({ name, tensor }) => ({
    originalName: name,
    variable: tf.tidy(() => tf.clone(tensor).variable(false)),
  }));

/**
 * Adam with Nesterov momentum (Dozat 2016), as in Keras 3: with μₜ = β₁ (1 − 0.96ᵗ / 2), m̂ = μₜ₊₁ m / (1 − Π μ₁…ₜ₊₁) +
 * (1 − μₜ) g / (1 − Π μ₁…ₜ) and v̂ = v / (1 − β₂ᵗ), θ ← θ − η m̂ / (√v̂ + ε).
 */
export class NadamOptimizer extends tf.Optimizer {
  static get className(): string {
    return 'Nadam';
  }
  private moments: Slot[] = [];
  private squares: Slot[] = [];

  constructor(
    protected learningRate: number,
    protected beta1: number,
    protected beta2: number,
    protected epsilon: number,
  ) {
    super();
  }

  applyGradients(gradients: Gradients): void {
    const list = Array.isArray(gradients)
      ? gradients
      : Object.entries(gradients).map(([name, tensor]) => ({ name, tensor }));
    const { beta1, beta2, epsilon, learningRate } = this;
    const step = this.iterations + 1;
    const mu = (t: number) => beta1 * (1 - 0.5 * 0.96 ** t);
    let product = 1;
    for (let t = 1; t <= step; t++) product *= mu(t);
    const ofMoment = mu(step + 1) / (1 - product * mu(step + 1));
    const ofGradient = (1 - mu(step)) / (1 - product);
    const ofSquare = 1 / (1 - beta2 ** step);
    list.forEach(({ name, tensor: g }, i) => {
      const value = tf.engine().registeredVariables[name]!;
      const slot = (end: string): Slot => ({
        originalName: `${name}/${end}`,
        variable: tf.tidy(() => tf.zerosLike(value).variable(false)),
      });
      const { variable: m } = (this.moments[i] ??= slot('m'));
      const { variable: v } = (this.squares[i] ??= slot('v'));
      if (!g) return;
      tf.tidy(() => {
        const nextM = tf.add(tf.mul(m, beta1), tf.mul(g, 1 - beta1));
        const nextV = tf.add(tf.mul(v, beta2), tf.mul(tf.square(g), 1 - beta2));
        const direction = tf.add(tf.mul(nextM, ofMoment), tf.mul(g, ofGradient));
        const size = tf.add(tf.sqrt(tf.mul(nextV, ofSquare)), epsilon);
        value.assign(tf.sub(value, tf.mul(tf.div(direction, size), learningRate)));
        m.assign(nextM);
        v.assign(nextV);
      });
    });
    this.incrementIterations();
  }

  override dispose(): void {
    tf.dispose([...this.moments, ...this.squares].map(({ variable }) => variable));
  }
  override async getWeights(): Promise<NamedTensor[]> {
    return [await this.saveIterations(), ...slotsOf(this.moments), ...slotsOf(this.squares)];
  }
  override async setWeights(weights: NamedTensor[]): Promise<void> {
    const slots = await this.extractIterations(weights);
    this.moments = slotsFrom(slots.slice(0, slots.length / 2));
    this.squares = slotsFrom(slots.slice(slots.length / 2));
  }
  getConfig(): tf.serialization.ConfigDict {
    const { learningRate, beta1, beta2, epsilon } = this;
    return { learningRate, beta1, beta2, epsilon };
  }
  static override fromConfig<T extends tf.serialization.Serializable>(
    cls: tf.serialization.SerializableConstructor<T>,
    { learningRate, beta1, beta2, epsilon }: tf.serialization.ConfigDict,
  ): T {
    return new cls(learningRate, beta1, beta2, epsilon);
  }
}

/** Makes a `NadamOptimizer`, with Keras's values by default. */
export const nadam = (learningRate = 0.001, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7): NadamOptimizer =>
  new NadamOptimizer(learningRate, beta1, beta2, epsilon);

/** Adds Nadam to `tf.train`. */
export function extendByNadam(): void {
  tf.serialization.registerClass(NadamOptimizer);
  Object.assign(tf.train, { nadam });
}
