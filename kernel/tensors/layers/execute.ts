// Computes the outputs of a model, layer by layer. It takes the place of `execute` of tfjs-layers, which differs from
// Keras in four ways: it drops the arguments that a layer was applied with (`layer.apply(x, { training: true })`),
// gives a mask to all layers that come after the one it was for, computes a layer once for each of its outputs, and
// forgets the masks of outputs, which losses and metrics need.
import * as tf from '@tensorflow/tfjs-core';
import {
  cachedRecipientCounts,
  cachedSorted,
  FeedDict,
  getTopologicalSortAndRecipientCountsForOneFetch,
  type ExecutionProbe,
} from '@tensorflow/tfjs-layers/dist/engine/executor';
import { InputLayer } from '@tensorflow/tfjs-layers/dist/engine/input_layer';
import { SymbolicTensor } from '@tensorflow/tfjs-layers/dist/engine/topology';
import { toList, type AnyLayer, type Feed, type Kwargs, type Mask, type Symbolic } from './types.ts';

/** The masks of tensors that models have returned to a model around them. */
export const masksOfOutputs = new WeakMap<tf.Tensor, tf.Tensor>();

/** How many computations are running, one in the other. */
let running = 0;
/** Whether a model is being computed for another one around it. */
export const isNested = (): boolean => running > 0;

/** Layers that pass a mask on in Keras, and say in tfjs-layers that they cannot. */
const alsoPass = new Set(['LeakyReLU', 'ELU', 'ThresholdedReLU', 'Softmax']);
/** Layers that use a mask and end it. */
const ends = new Set(['GlobalAveragePooling1D']);
/** Layers that were reported to drop a mask. */
const reported = new WeakSet<AnyLayer>();

/** `execute` of tfjs-layers. @param fetches symbolic tensors @returns their values */
export function execute(fetches: Symbolic | Symbolic[], feeds: Feed, kwargs?: Kwargs | null, probe?: ExecutionProbe) {
  const { outputs, masks } = executeWithMasks(toList(fetches), feeds, kwargs, probe);
  tf.dispose(masks.filter((mask) => mask != null) as tf.Tensor[]);
  return Array.isArray(fetches) ? outputs : outputs[0]!;
}

/**
 * The values of symbolic tensors, and the masks that belong to them.
 * @param feeds values, and masks, of the symbolic tensors to begin with; they are left to the caller
 * @param kwargs arguments for all layers; those that a layer was applied with come before them
 */
export function executeWithMasks(
  fetches: Symbolic[],
  feeds: Feed,
  kwargs?: Kwargs | null,
  probe?: ExecutionProbe,
): { outputs: tf.Tensor[]; masks: Mask[] } {
  const training = Boolean(kwargs?.['training']);
  const { sorted, counts } = order(fetches, feeds);
  const left = training ? undefined : { ...counts };
  const outputNames = fetches.map(({ name }) => name);
  const values = new FeedDict(feeds as never) as unknown as Feed;
  if (probe) Object.assign(probe, { maxNumTensors: -Infinity, minNumTensors: Infinity });
  running++;
  try {
    for (const symbolic of sorted) {
      if (probe) {
        const { numTensors } = tf.memory();
        probe.maxNumTensors = Math.max(probe.maxNumTensors!, numTensors);
        probe.minNumTensors = Math.min(probe.minNumTensors!, numTensors);
      }
      const layer = symbolic.sourceLayer;
      if ((layer as unknown) instanceof InputLayer) continue;
      if (!values.hasKey(symbolic)) compute(symbolic, values, kwargs);
      // Frees what no other layer needs
      if (left)
        for (const input of symbolic.inputs) {
          const isLast = --left[input.name]! === 0;
          if (!isLast || feeds.hasKey(input) || outputNames.includes(input.name)) continue;
          const value = values.getValue(input);
          if (!value.isDisposed && input.sourceLayer.stateful !== true) value.dispose();
        }
    }
  } finally {
    running--;
  }
  const masks = fetches.map((fetch) => (values.hasKey(fetch) ? values.getMask(fetch) : undefined));
  const kept = new Set<unknown>([...masks, ...Object.values(feeds.id2Mask)]);
  for (const mask of Object.values(values.id2Mask)) if (mask && !kept.has(mask)) mask.dispose();
  return { outputs: fetches.map((fetch) => values.getValue(fetch)), masks: ownMasks(masks, feeds) };
}

/** Masks that came in as feeds belong to the caller: those are returned as copies. */
function ownMasks(masks: Mask[], feeds: Feed): Mask[] {
  const given = new Set<unknown>(Object.values(feeds.id2Mask));
  const seen = new Set<unknown>();
  return masks.map((mask) => {
    if (!mask) return undefined;
    const isOwn = !given.has(mask) && !seen.has(mask);
    seen.add(mask);
    return isOwn ? mask : mask.clone();
  });
}

/** Computes a layer, and adds all its outputs and their masks to `values`. */
function compute(symbolic: Symbolic, values: Feed, kwargs: Kwargs | null | undefined): void {
  const layer = symbolic.sourceLayer;
  const inputs = symbolic.inputs.map((input) => values.getValue(input));
  const masks = symbolic.inputs.map((input) => values.getMask(input));
  const hasMask = masks.some((mask) => mask != null);
  const own = { ...kwargs, ...given(symbolic.callArgs) };
  delete own['mask'];
  if (hasMask) own['mask'] = masks.length > 1 && (isModel(layer) || layer.takesMasks) ? masks : masks[0];
  const outputs = toList(layer.apply(inputs, own));
  const symbols = outputsOf(symbolic);
  let outputMasks: Mask[] = [];
  if (isModel(layer)) outputMasks = outputs.map((output) => masksOfOutputs.get(output));
  else if (layer.supportsMasking) {
    const computed = layer.computeMask(inputs, masks);
    outputMasks = Array.isArray(computed) ? computed : symbols.map(() => computed);
  } else if (hasMask) {
    const name = layer.getClassName();
    if (alsoPass.has(name)) outputMasks = [masks[0]];
    else if (!ends.has(name)) report(layer);
  }
  symbols.forEach((s, i) => {
    if (!values.hasKey(s)) values.add(s, outputs[i]!, outputMasks[i]);
  });
}

const isModel = (layer: AnyLayer) => 'outputLayers' in layer;

function report(layer: AnyLayer): void {
  if (reported.has(layer)) return;
  reported.add(layer);
  console.warn(
    `Layer '${layer.name}' (${layer.getClassName()}) got an input with a mask and does not use masks: from here on, ` +
      'padding counts like everything else.',
  );
}

/** The arguments that a layer was applied with, without what the model passes as inputs, and without masks. */
function given(callArgs: Kwargs | null | undefined): Kwargs | undefined {
  if (!callArgs) return undefined;
  let result: Kwargs | undefined;
  for (const [name, value] of Object.entries(callArgs)) {
    const isSymbolic = [value].flat().some((v) => v instanceof SymbolicTensor || v instanceof tf.Tensor);
    if (name !== 'mask' && value != null && !isSymbolic) (result ??= {})[name] = value;
  }
  return result;
}

/** The outputs of the call of a layer that an output belongs to. */
function outputsOf(symbolic: Symbolic): Symbolic[] {
  const layer = symbolic.sourceLayer;
  if (layer.inboundNodes.length === 1) return toList(layer.output);
  const node = layer.inboundNodes.findIndex(({ outputTensors }) => outputTensors.some(({ id }) => id === symbolic.id));
  return toList(layer.getOutputAt(node));
}

interface Order {
  sorted: Symbolic[];
  /** How many layers take each tensor. */
  counts: Record<string, number>;
}

/** The symbolic tensors in the order of their computation; kept from call to call. */
function order(fetches: Symbolic[], feeds: Feed): Order {
  tf.util.assert(fetches.length > 0, () => 'Expected at least one fetch, got none');
  const key = `${fetches.map(({ name }) => name).join(',')}|${feeds.names().sort().join(',')}`;
  const known = cachedSorted.get(key) as unknown as Symbolic[] | null;
  if (known) return { sorted: known, counts: cachedRecipientCounts.get(key) as never };
  const all = new Map<string, Symbolic>();
  const recipients: Record<string, Set<string>> = {};
  for (const fetch of fetches) {
    const { sorted, recipientMap } = getTopologicalSortAndRecipientCountsForOneFetch(fetch as never, feeds as never);
    for (const s of sorted as unknown as Symbolic[]) if (!all.has(s.name)) all.set(s.name, s);
    for (const [name, set] of Object.entries(recipientMap))
      for (const recipient of set) (recipients[name] ??= new Set()).add(recipient);
  }
  const sorted = [...all.values()];
  const counts = Object.fromEntries(Object.entries(recipients).map(([name, set]) => [name, set.size]));
  cachedSorted.put(key, sorted as never);
  cachedRecipientCounts.put(key, counts as never);
  return { sorted, counts };
}
