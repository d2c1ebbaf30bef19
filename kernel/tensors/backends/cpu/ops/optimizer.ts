// The update of all parameters by an optimizer, in one call of the program.
import { ops, type UpdateParametersAttrs } from '../../../ops.ts';
import type { Expression } from '../../formula.ts';
import { hyperparameters, ruleNames, scalars, type OptimizerRule } from '../../optimizer-rules.ts';
import type { CpuBackend } from '../backend.ts';
import { PARAMETER_BYTES, writeParameter, type Parameter } from '../exports.ts';
import type { OpKernel } from '../op-kernel.ts';
import { optimizerLoop } from '../optimizer-loops.ts';

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

/** The entry of the table of parameters that is written next: one object for all, to allocate none */
const parameter: Parameter = { start: 0, n: 0, value: 0, gradient: 0, slot0: 0, slot1: 0, slot2: 0 };

export const optimizer: Record<string, OpKernel> = {
  [ops.UpdateParameters.name]: ({ attrs, backend }) => {
    update(backend, attrs as unknown as UpdateParametersAttrs);
    return [];
  },
};

function update(backend: CpuBackend, { rule, tensors, slots, powers, hyper }: UpdateParametersAttrs): void {
  const stride = 2 + slots;
  const count = tensors.length / stride;
  const { code, numbers } = loops[rule];
  const tableBytes = count * PARAMETER_BYTES;
  backend.withMemory(tableBytes + numbers.length * 4, [], (parameters) => {
    const ints = backend.ints();
    let total = 0;
    for (let i = 0, at = parameters; i < tensors.length; i += stride, at += PARAMETER_BYTES) {
      const { size } = tensors[i]!;
      parameter.start = total;
      parameter.n = size;
      parameter.value = backend.address(tensors[i]!);
      parameter.gradient = backend.address(tensors[i + 1]!);
      parameter.slot0 = slots > 0 ? backend.address(tensors[i + 2]!) : 0;
      parameter.slot1 = slots > 1 ? backend.address(tensors[i + 3]!) : 0;
      parameter.slot2 = slots > 2 ? backend.address(tensors[i + 4]!) : 0;
      writeParameter(ints, at, parameter);
      total += (size + 15) & -16;
    }
    const at1 = powers.length > 0 ? backend.address(powers[0]!) >>> 2 : 0;
    const at2 = powers.length > 1 ? backend.address(powers[1]!) >>> 2 : 0;
    const floats = backend.floats();
    for (let i = 0; i < hyperparameters.length; i++) values[i] = hyper[hyperparameters[i]!];
    values[UNBIAS_1] = Math.fround(1 - floats[at1]!);
    values[UNBIAS_2] = Math.fround(1 - floats[at2]!);
    const numbersAt = parameters + tableBytes;
    for (let k = 0; k < numbers.length; k++) floats[(numbersAt >>> 2) + k] = numbers[k]!();
    backend.program.exports.updateParameters({ rule: code, parameters, count, total, numbers: numbersAt });
    // Powers of β₁ and β₂ for the next step; in float32, as tfjs has them
    if (powers.length > 0) floats[at1]! *= hyper.beta1;
    if (powers.length > 1) floats[at2]! *= hyper.beta2;
  });
}
