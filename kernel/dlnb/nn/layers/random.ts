// Random numbers of layers: others in each call, also with a seed. With a seed, a new layer draws the same again, in
// the order of its calls, as the layers of noise of `tf.layers` do.

/** How often each layer with a seed has drawn. */
const draws = new WeakMap<object, number>();

/**
 * The seed of a layer's next draw; undefined without a seed. Text, which TensorFlow.js takes and its types do not tell.
 */
export function nextSeed(layer: { seed: number | undefined }): number | undefined {
  const { seed } = layer;
  if (seed === undefined) return undefined;
  const drawn = draws.get(layer) ?? 0;
  draws.set(layer, drawn + 1);
  return (drawn === 0 ? `${seed}` : `${seed}:${drawn}`) as unknown as number;
}
