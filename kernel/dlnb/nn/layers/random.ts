// Random numbers of layers: others in each call, also with a seed. With a seed, a new layer draws the same again, in
// the order of its calls, as the layers of noise of `tf.layers` do.

/** How often each layer with a seed has drawn: a field, which checkpoints of `train.fit` keep (tensors/layers/noise.ts). */
const DRAWS = Symbol.for('dlnb.draws');

/** The seed of a layer's next draw; undefined without a seed. That of the first is the layer's own. */
export function nextSeed(layer: { seed: number | undefined }): number | undefined {
  const { seed } = layer;
  if (seed === undefined) return undefined;
  const drawn = (layer as { [DRAWS]?: number })[DRAWS] ?? 0;
  Object.defineProperty(layer, DRAWS, { value: drawn + 1, writable: true, configurable: true });
  if (drawn === 0) return seed;
  // FNV-1a, so that layers with neighboring seeds do not draw the same one call later
  let hash = 0x811c9dc5;
  for (const char of `${seed}:${drawn}`) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
  return hash >>> 0;
}
