// Repeated blocks of a model's layers, so that tables and graphs can fold them: by names such as `block2_1_conv1`, and
// where names say nothing, by runs of layers that come again. Pure.

/** A layer as far as its place in a block goes. */
export interface BlockLayer {
  name: string;
  /** What layers of repeated blocks have in common: see {@link signatureOf}. */
  signature: string;
}

/** Layers that follow one another: one block, or several of the same structure. */
export interface Block {
  /** `block2_1`, `block1_1 … block1_3 × 3` */
  label: string;
  /** Number of its first layer. */
  first: number;
  /** Number of its layers, of all repetitions together. */
  count: number;
  /** How many blocks of the same structure it stands for. */
  times: number;
}

/** Models with fewer layers are shown whole. */
export const FOLD_FROM = 20;
/** A block has at least so many layers: by its name, or by its structure alone. */
const [NAMED, PERIOD] = [4, 3];

interface ConfiguredLayer {
  getClassName(): string;
  getConfig?(): unknown;
  layers?: readonly ConfiguredLayer[];
}

/** What may differ among blocks of the same structure: names, numbers of channels, how weights begin. */
const OWN = /^(name|.*[nN]ame|filters|units|seed|batchInputShape|targetShape|dtype|.*Initializer)$/;

/** Class and settings of a layer without its name and its numbers of channels. */
export function signatureOf(layer: ConfiguredLayer): string {
  const name = layer.getClassName();
  if (Array.isArray(layer.layers)) return `${name}(${layer.layers.map(signatureOf).join()})`;
  try {
    return (
      name + JSON.stringify(layer.getConfig?.(), (key, v: unknown) => (key !== '' && OWN.test(key) ? undefined : v))
    );
  } catch {
    return name;
  }
}

/** The blocks of a model, in order, that are worth folding. They do not overlap. */
export function blocksOf(layers: readonly BlockLayer[]): Block[] {
  if (layers.length < FOLD_FROM) return [];
  const named = namedBlocks(layers);
  const blocks: Block[] = [];
  let at = 0;
  for (const block of [...named, undefined]) {
    blocks.push(...repeats(layers, at, block?.first ?? layers.length));
    if (block) blocks.push(block);
    at = block ? block.first + block.count : at;
  }
  return blocks;
}

// ---- by name

/** Beginnings of a name that end with a number, the longest first: `block2_1`, `block2`. */
function prefixesOf(name: string): string[] {
  const found: string[] = [];
  for (let end = name.length; end > 0; end--)
    if (/\d/.test(name[end - 1]!) && (end === name.length || /[_/.-]/.test(name[end]!))) found.push(name.slice(0, end));
  return found;
}

const begins = (name: string, prefix: string) =>
  name === prefix || (name.startsWith(prefix) && /[_/.-]/.test(name[prefix.length]!));

/** Layers of one prefix. If there are others of the same kind, `block1` and `block2`, each is a block. */
function namedBlocks(layers: readonly BlockLayer[]): Block[] {
  const found: { prefix: string; first: number; count: number; structure: string }[] = [];
  for (let first = 0; first < layers.length;) {
    const block = prefixesOf(layers[first]!.name).flatMap((prefix) => {
      let end = first + 1;
      while (end < layers.length && begins(layers[end]!.name, prefix)) end++;
      return end - first >= NAMED ? [{ prefix, first, count: end - first }] : [];
    })[0];
    if (block) {
      const own = layers.slice(first, first + block.count);
      found.push({ ...block, structure: own.map(({ signature }) => signature).join('\n') });
    }
    first += block?.count ?? 1;
  }
  const kindOf = (prefix: string) => prefix.replace(/\d+/g, '#');
  const kinds = new Map<string, number>();
  for (const { prefix } of found) kinds.set(kindOf(prefix), (kinds.get(kindOf(prefix)) ?? 0) + 1);
  const blocks: Block[] = [];
  let last: { prefix: string; structure: string; block: Block } | undefined;
  for (const { prefix, first, count, structure } of found) {
    if (kinds.get(kindOf(prefix))! < 2) continue;
    const follows = last !== undefined && last.block.first + last.block.count === first;
    if (last && follows && last.structure === structure) {
      last.block.count += count;
      last.block.times++;
      last.block.label = `${last.prefix} … ${prefix} × ${last.block.times}`;
      continue;
    }
    const block = { label: prefix, first, count, times: 1 };
    blocks.push(block);
    last = { prefix, structure, block };
  }
  return blocks;
}

// ---- by structure

/** Runs of layers that come again at once, from `from` up to `to`: those that hold the most layers first. */
function repeats(layers: readonly BlockLayer[], from: number, to: number): Block[] {
  let best: Block | undefined;
  for (let period = PERIOD; 2 * period <= to - from; period++) {
    let same = 0;
    for (let i = from; i <= to - period; i++) {
      if (i < to - period && layers[i]!.signature === layers[i + period]!.signature) {
        same++;
        continue;
      }
      const times = Math.floor((same + period) / period);
      const count = times * period;
      const first = i - same;
      if (times > 1 && count > (best?.count ?? 0) && isPrimitive(layers.slice(first, first + period))) {
        best = { label: `${layers[first]!.name} … ${layers[first + count - 1]!.name} × ${times}`, first, count, times };
      }
      same = 0;
    }
  }
  if (!best) return [];
  return [...repeats(layers, from, best.first), best, ...repeats(layers, best.first + best.count, to)];
}

/** Whether layers are not themselves a repetition: of `Dense, Dense, Dense` nothing is a block. */
function isPrimitive(block: readonly BlockLayer[]): boolean {
  for (let period = 1; 2 * period <= block.length; period++)
    if (block.length % period === 0 && block.every(({ signature }, i) => signature === block[i % period]!.signature))
      return false;
  return true;
}
