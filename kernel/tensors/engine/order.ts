// The order in which the engine records, for second derivatives.
import * as tf from '@tensorflow/tfjs-core';

interface TapeNode {
  inputs: Record<string, tf.Tensor | null | undefined>;
}
type AddTapeNode = (name: string, inputs: object, outputs: tf.Tensor[], ...rest: unknown[]) => void;
interface Engine {
  state: { gradientDepth: number; activeTape: TapeNode[] };
  addTapeNode: AddTapeNode;
}

/**
 * Where an op keeps its output for its gradient (tanh, sigmoid, softmax, …), the engine records the clone that is kept before it
 * records the op. Going through the tape it meets the clone of a tensor that it does not know yet, and drops what depends on it:
 * second derivatives come out wrong. Here the op is recorded before the clones of its outputs.
 */
export function recordOpsBeforeClones(): void {
  const engine = tf.engine() as unknown as Engine;
  const add = engine.addTapeNode;
  engine.addTapeNode = function (this: Engine, name, inputs, outputs, ...rest) {
    const { gradientDepth, activeTape } = this.state;
    let at = activeTape.length;
    // What is saved for a first derivative is not differentiated
    if (gradientDepth > 1) while (at > 0 && consumes(activeTape[at - 1]!, outputs)) at--;
    const clones = activeTape.splice(at);
    add.call(this, name, inputs, outputs, ...rest);
    activeTape.push(...clones);
  };
}

const consumes = ({ inputs }: TapeNode, outputs: tf.Tensor[]) =>
  Object.values(inputs).some((input) => outputs.some(({ id }) => id === input?.id));
