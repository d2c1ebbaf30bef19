// The optimizers that TensorFlow.js lacks.
import type { NamedTensor, NamedVariableMap } from '../tensor_types';
import { AdamOptimizer } from './adam_optimizer';
import { Optimizer } from './optimizer';

/** θ ← (1 − ηλ)θ − η · m̂ / (√v̂ + ε), with Adam's m̂ and v̂, learning rate η and weight decay λ. */
export declare class AdamWOptimizer extends AdamOptimizer {
  constructor(learningRate: number, beta1: number, beta2: number, epsilon?: number | null, weightDecay?: number);
  protected weightDecay: number;
}

/** θ ← (1 − ηλ)θ − η · sign(β₁m + (1 − β₁)g), then m ← β₂m + (1 − β₂)g. */
export declare class LionOptimizer extends Optimizer {
  constructor(learningRate: number, beta1: number, beta2: number, weightDecay?: number);
  protected learningRate: number;
  protected beta1: number;
  protected beta2: number;
  protected weightDecay: number;
  applyGradients(variableGradients: NamedVariableMap | NamedTensor[]): void;
  getConfig(): import('../serialization').ConfigDict;
}

/**
 * Adam with Nesterov momentum (Dozat 2016), as in Keras 3: with μₜ = β₁ (1 − 0.96ᵗ / 2), m̂ = μₜ₊₁ m / (1 − Π μ₁…ₜ₊₁) +
 * (1 − μₜ) g / (1 − Π μ₁…ₜ) and v̂ = v / (1 − β₂ᵗ), θ ← θ − η m̂ / (√v̂ + ε).
 */
export declare class NadamOptimizer extends Optimizer {
  constructor(learningRate: number, beta1: number, beta2: number, epsilon: number);
  protected learningRate: number;
  applyGradients(variableGradients: NamedVariableMap | NamedTensor[]): void;
  getConfig(): import('../serialization').ConfigDict;
}
