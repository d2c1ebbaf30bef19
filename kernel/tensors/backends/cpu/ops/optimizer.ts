// The update of all parameters by an optimizer, in one call of the program.
import { ops, type UpdateParametersAttrs } from '../../../ops.ts';
import { valueOf } from '../../formula.ts';
import { ruleNames } from '../../optimizer-rules.ts';
import type { CpuBackend } from '../backend.ts';
import type { OpKernel } from '../op-kernel.ts';
import { optimizerLoop } from '../optimizer-loops.ts';
import { records, wordsOf } from '../records.ts';

declare module '../program.ts' {
  interface Exports {
    /** The arguments are in memory: `UpdateArgs`. */
    updateParameters(): void;
  }
}

/** The program's number of each rule, and the numbers that its loop reads */
const loops = new Map(ruleNames.map((rule, code) => [rule, { code, numbers: optimizerLoop(rule).numbers }]));

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
    const [at1, at2] = [0, 1].map((k) => (k < powers.length ? backend.address(powers[k]!) >>> 2 : 0)) as [
      number,
      number,
    ];
    const floats = backend.floats();
    const { code, numbers } = loops.get(rule)!;
    words[updateArgs.rule] = code;
    words[updateArgs.parameters] = table;
    words[updateArgs.count] = count;
    words[updateArgs.total] = total;
    const [unbias1, unbias2] = [Math.fround(1 - floats[at1]!), Math.fround(1 - floats[at2]!)];
    const names = { ...hyper, unbias1, unbias2 };
    for (let k = 0; k < numbers.length; k++) floats[NUMBERS_AT + k] = valueOf(numbers[k]!, names);
    backend.program.exports.updateParameters();
    // Powers of β₁ and β₂ for the next step; in float32, as tfjs has them
    if (powers.length > 0) floats[at1]! *= hyper.beta1;
    if (powers.length > 1) floats[at2]! *= hyper.beta2;
  });
}
