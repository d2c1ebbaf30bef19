// The update of all parameters by an optimizer, in one call of the program.
import { ops, type UpdateParametersAttrs } from '../../../ops.ts';
import type { Expression } from '../../formula.ts';
import { hyperparameters, ruleNames, scalars, type OptimizerRule } from '../../optimizer-rules.ts';
import type { CpuBackend } from '../backend.ts';
import type { OpKernel } from '../op-kernel.ts';
import { optimizerLoop } from '../optimizer-loops.ts';
import { records, wordsOf } from '../records.ts';

/** The values of the names in a rule's numbers, which are compiled: an optimizer's step of a small model is short. */
const values = new Float64Array(scalars.length);
const UNBIAS_1 = scalars.indexOf('unbias1');
const UNBIAS_2 = scalars.indexOf('unbias2');

function compiled(e: Expression): () => number {
  if (e.kind === 'number') return () => e.value;
  if (e.kind === 'name') {
    const i = (scalars as readonly string[]).indexOf(e.name);
    return () => values[i]!;
  }
  if (e.kind === 'call') throw new Error(`${e.name}() is not computed once for all elements.`);
  const [left, right] = [compiled(e.left), compiled(e.right)];
  if (e.operator === '+') return () => left() + right();
  if (e.operator === '-') return () => left() - right();
  return e.operator === '*' ? () => left() * right() : () => left() / right();
}

/** The program's number of each rule, and the numbers that its loop reads */
const loops = Object.fromEntries(
  ruleNames.map((rule, code) => [rule, { code, numbers: optimizerLoop(rule).numbers.map(compiled) }]),
) as Record<OptimizerRule, { code: number; numbers: (() => number)[] }>;

const updateArgs = wordsOf(records.UpdateArgs);
/** The word behind the arguments, where the loop's numbers begin */
const NUMBERS_AT = updateArgs.rule + Object.keys(updateArgs).length;
/** 32-bit words of an entry in the program's table of parameters */
const parameter = wordsOf(records.Parameter, 0);
const WORDS = Object.keys(parameter).length;

export const optimizer: Record<string, OpKernel> = {
  [ops.UpdateParameters.name]: ({ attrs, backend }) => {
    update(backend, attrs as unknown as UpdateParametersAttrs);
    return [];
  },
};

function update(backend: CpuBackend, { rule, tensors, slots, powers, hyper }: UpdateParametersAttrs): void {
  const stride = 2 + slots;
  const count = tensors.length / stride;
  backend.withMemory(count * WORDS * 4, [], (table) => {
    const words = backend.ints();
    let at = table >>> 2;
    let total = 0;
    for (let i = 0; i < tensors.length; i += stride, at += WORDS) {
      const { size } = tensors[i]!;
      words[at + parameter.start] = total;
      words[at + parameter.n] = size;
      // The value, its gradient and the slots
      for (let k = 0; k < stride; k++) words[at + parameter.value + k] = backend.address(tensors[i + k]!);
      total += (size + 15) & -16;
    }
    const at1 = powers.length > 0 ? backend.address(powers[0]!) >>> 2 : 0;
    const at2 = powers.length > 1 ? backend.address(powers[1]!) >>> 2 : 0;
    const floats = backend.floats();
    const { code, numbers } = loops[rule];
    words[updateArgs.rule] = code;
    words[updateArgs.parameters] = table;
    words[updateArgs.count] = count;
    words[updateArgs.total] = total;
    for (let i = 0; i < hyperparameters.length; i++) values[i] = hyper[hyperparameters[i]!];
    values[UNBIAS_1] = Math.fround(1 - floats[at1]!);
    values[UNBIAS_2] = Math.fround(1 - floats[at2]!);
    for (let k = 0; k < numbers.length; k++) floats[NUMBERS_AT + k] = numbers[k]!();
    backend.program.exports.updateParameters();
    // Powers of β₁ and β₂ for the next step; in float32, as tfjs has them
    if (powers.length > 0) floats[at1]! *= hyper.beta1;
    if (powers.length > 1) floats[at2]! *= hyper.beta2;
  });
}
