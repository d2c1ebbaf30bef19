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
  /** Of Nadam, which change from step to step: the factors of the first moment and of the gradient. */
  ofMoment: number;
  ofGradient: number;
  /** Of the regularized rules: the gradient of l1 · Σ |w| + l2 / 2 · Σ w² is added to the loss's. */
  l1: number;
  l2: number;
  /** Of the regularized rules: after the step, each element moves towards 0 by learningRate · proximalL1, not beyond. */
  proximalL1: number;
}
export const hyperparameters = [
  'learningRate',
  'weightDecay',
  'momentum',
  'decay',
  'beta1',
  'beta2',
  'epsilon',
  'ofMoment',
  'ofGradient',
  'l1',
  'l2',
  'proximalL1',
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
   * gradient. Functions: abs, max, sqrt, descend(w, rate, direction) = w − rate · sign(direction), and shrink(w, by), which
   * moves w towards 0 and not beyond: w − clip(w, −by, by), NaN where w is.
   *
   * What depends on numbers alone is computed once for all elements. The device `cpu` fuses a product with the sum or
   * difference of which it is the first or last part, and multiplies instead of dividing by a number.
   */
  update: readonly string[];
}

const plain = {
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
  amsgrad: {
    slots: ['m', 'v', 'largest'],
    update: [
      'm = beta1 * m + (1 - beta1) * g',
      'v = beta2 * v + (1 - beta2) * (g * g)',
      'largest = max(largest, v)',
      'w = w * (1 - learningRate * weightDecay) - learningRate / unbias1 * m / (sqrt(largest / unbias2) + epsilon)',
    ],
  },
  nadam: {
    slots: ['m', 'v'],
    update: [
      'm = beta1 * m + (1 - beta1) * g',
      'v = beta2 * v + (1 - beta2) * (g * g)',
      'w = w - learningRate * (ofMoment * m + ofGradient * g) / (sqrt(v / unbias2) + epsilon)',
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

/** The rules without those that are made of them. */
export type PlainRule = keyof typeof plain;
/** How parameters are updated. */
export type OptimizerRule = PlainRule | `${PlainRule}Regularized`;

/**
 * A rule with L1 and L2 penalties, decoupled decay and proximal L1. It is a rule of its own, since most steps have none
 * of them.
 */
function regularized({ slots, update }: Rule): Rule {
  const own = update.map((text) =>
    text.replace(' * (1 - learningRate * weightDecay)', '').replace(/\bg\b/g, 'gradient'),
  );
  return {
    slots,
    update: [
      'gradient = descend(g + l2 * w, 0 - l1, w)',
      'w = w * (1 - learningRate * weightDecay)',
      ...own,
      'w = shrink(w, learningRate * proximalL1)',
    ],
  };
}

const made = Object.entries(plain).map(([name, rule]) => [`${name}Regularized`, regularized(rule)] as const);
export const rules: Readonly<Record<OptimizerRule, Rule>> = {
  ...plain,
  ...(Object.fromEntries(made) as Record<`${PlainRule}Regularized`, Rule>),
};
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
