// The rules by which optimizers update parameters, one entry each. The build makes the loops of the device `cpu` from
// them (cpu/generate.ts), the device `webgpu` its shaders (webgpu/ops/optimizer.ts); fused/optimizers.ts runs them as
// ops of TensorFlow.js where no device has a loop.
import { hasOnly, parse, type Expression } from './formula.ts';

/** What a step of an optimizer depends on; 0 where its rule does not have it. */
export interface Hyperparameters {
  learningRate: number;
  /** Decoupled: parameters lose learningRate · weightDecay of themselves in each step. */
  weightDecay: number;
  momentum: number;
  /** Of the mean of squared gradients: ρ. */
  decay: number;
  beta1: number;
  beta2: number;
  epsilon: number;
}
export const hyperparameters = [
  'learningRate',
  'weightDecay',
  'momentum',
  'decay',
  'beta1',
  'beta2',
  'epsilon',
] as const satisfies (keyof Hyperparameters)[];

/**
 * Names of numbers in formulas: hyperparameters, and 1 − β₁ᵗ and 1 − β₂ᵗ at step t, in float32 as TensorFlow.js
 * computes them.
 */
export const scalars = [...hyperparameters, 'unbias1', 'unbias2'] as const;
const scalarNames: ReadonlySet<string> = new Set(scalars);

interface Rule {
  /** What the optimizer keeps for each element of a parameter */
  slots: readonly string[];
  /**
   * Assignments in their order, to slots, to the element `w` of the parameter and to names of their own. `g` is its
   * gradient. Functions: abs, max, sqrt, and descend(w, rate, direction) = w − rate · sign(direction).
   *
   * What depends on numbers alone is computed once for all elements. The device `cpu` fuses a product with the sum or
   * difference of which it is the first or last part, and multiplies instead of dividing by a number.
   */
  update: readonly string[];
}

export const rules = {
  sgd: { slots: [], update: ['w = w - learningRate * g'] },
  momentum: { slots: ['velocity'], update: ['velocity = momentum * velocity + g', 'w = w - learningRate * velocity'] },
  nesterov: {
    slots: ['velocity'],
    update: ['velocity = momentum * velocity + g', 'w = w - learningRate * (momentum * velocity + g)'],
  },
  adagrad: { slots: ['sum'], update: ['sum = sum + g * g', 'w = w - learningRate * g / sqrt(sum + epsilon)'] },
  rmsprop: {
    slots: ['square', 'velocity'],
    update: [
      'square = decay * square + (1 - decay) * (g * g)',
      'velocity = momentum * velocity + learningRate * g / sqrt(square + epsilon)',
      'w = w - velocity',
    ],
  },
  rmspropCentered: {
    slots: ['square', 'velocity', 'mean'],
    update: [
      'square = decay * square + (1 - decay) * (g * g)',
      'mean = decay * mean + (1 - decay) * g',
      // E[g²] − E[g]² is not negative, but its rounded value may be
      'variance = max(square - mean * mean, 0)',
      'velocity = momentum * velocity + learningRate * g / sqrt(variance + epsilon)',
      'w = w - velocity',
    ],
  },
  adam: {
    slots: ['m', 'v'],
    update: [
      'm = beta1 * m + (1 - beta1) * g',
      'v = beta2 * v + (1 - beta2) * (g * g)',
      'w = w * (1 - learningRate * weightDecay) - learningRate / unbias1 * m / (sqrt(v / unbias2) + epsilon)',
    ],
  },
  adamax: {
    slots: ['m', 'norm'],
    update: [
      'm = beta1 * m + (1 - beta1) * g',
      'norm = max(beta2 * norm, abs(g))',
      'w = w - learningRate / unbias1 * (m / (norm + epsilon))',
    ],
  },
  adadelta: {
    slots: ['squares', 'updates'],
    update: [
      'squares = decay * squares + (1 - decay) * (g * g)',
      'step = sqrt(updates + epsilon) / sqrt(squares + epsilon) * g',
      'updates = decay * updates + (1 - decay) * (step * step)',
      'w = w - learningRate * step',
    ],
  },
  lion: {
    slots: ['m'],
    update: [
      'direction = beta1 * m + (1 - beta1) * g',
      'm = beta2 * m + (1 - beta2) * g',
      'w = descend(w * (1 - learningRate * weightDecay), learningRate, direction)',
    ],
  },
} as const satisfies Record<string, Rule>;

/** How parameters are updated. */
export type OptimizerRule = keyof typeof rules;
export const ruleNames = Object.keys(rules) as OptimizerRule[];

/** `name = value` */
export interface Assignment {
  name: string;
  value: Expression;
}

const assignments = new Map<OptimizerRule, Assignment[]>();

/** The assignments of a rule. */
export function assignmentsOf(rule: OptimizerRule): readonly Assignment[] {
  let list = assignments.get(rule);
  if (!list) {
    list = rules[rule].update.map((text) => {
      const [name, formula] = text.split(' = ') as [string, string];
      return { name, value: parse(formula) };
    });
    assignments.set(rule, list);
  }
  return list;
}

/** Whether an expression is the same number for all elements. */
export const isScalar = (e: Expression): boolean => hasOnly(e, scalarNames);
