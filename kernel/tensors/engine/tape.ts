// The tape: which ops have been run, in which order, for a gradient to go back along.
import * as tf from '@tensorflow/tfjs-core';
import { engine, hooks, none } from './state.ts';
import { save } from './tensors.ts';
import type { GradientFunction, Methods, TapeNode, Tensors } from './types.ts';

/** Records an op kernel that has been run. */
export function record(name: string, inputs: Tensors, outputs: tf.Tensor[], attrs: unknown): void {
  const saved = engine.getTensorsForGradient(name, inputs, outputs).map(save);
  engine.addTapeNode(name, inputs, outputs, null, saved, attrs);
}

/** Disposes of what the ops of a tape have saved. */
export function releaseTape(tape: TapeNode[] | null | undefined): void {
  for (const { saved } of tape ?? none) for (const x of saved) x.dispose();
}

/**
 * Puts an op before the clones of its outputs, which have just been recorded because they are saved for its gradient
 * (tanh, sigmoid, softmax, …). Otherwise the way along the tape would meet the clone of a tensor that it does not know
 * yet and drop what depends on it: second derivatives would be wrong.
 */
function insertBeforeClones(tape: TapeNode[], node: TapeNode): void {
  let at = tape.length;
  while (at > 0 && consumes(tape[at - 1]!, node.outputs)) at--;
  tape.splice(at, 0, node);
}

const consumes = ({ inputs }: TapeNode, outputs: tf.Tensor[]) =>
  Object.values(inputs).some((input) => outputs.some(({ id }) => id === input?.id));

export const tapeMethods: Methods = {
  saveTensorsForBackwardMode(tensors) {
    return tensors.map(save);
  },

  addTapeNode(kernelName, inputs, outputs, gradient, saved, attrs) {
    const { state } = this;
    const tape = state.activeTape!;
    gradient = (tf.getGradient(kernelName)?.gradFunc as GradientFunction | undefined) ?? gradient;
    const id = state.nextTapeNodeId++;
    const node = { id, kernelName, inputs, outputs, saved, gradient: gradient ?? undefined, attrs };
    // What is saved for a first derivative is not recorded
    if (state.gradientDepth > 1) insertBeforeClones(tape, node);
    else tape.push(node);
    hooks.onTape?.(node);
    hooks.observer?.recorded(node);
  },
};
