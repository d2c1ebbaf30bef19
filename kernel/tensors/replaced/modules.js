// Which modules of TensorFlow.js are replaced by modules of this folder while bundling (esbuild.config.js): `module`,
// where `importer` imports it, by `by`.
module.exports = [
  { module: /^\.\/fused\/(conv2d|mat_mul)$/, importer: /tfjs-core\/dist\/ops\/fused_ops\.js$/, by: 'fused-ops.ts' },
  {
    module: /^\.\/(random_uniform|random_normal|truncated_normal|dropout)$/,
    importer: /tfjs-core\/dist\/ops\//,
    by: 'random.ts',
  },
  { module: /^\.{1,2}\/losses$/, importer: /tfjs-layers\/dist\//, by: 'layers-losses.ts' },
  {
    module: /\/(gather|where|reverse|transpose)$/,
    importer: /tfjs-core\/dist\/(ops\/ops|public\/chained_ops\/(gather|where|reverse|transpose))\.js$/,
    by: 'string-moves.ts',
  },
  {
    module: /\/(softmax|log_softmax)$/,
    importer: /tfjs-core\/dist\/(ops\/ops|public\/chained_ops\/(softmax|log_softmax))\.js$/,
    by: 'softmax.ts',
  },
  { module: /^(\.\.?\/)+activations$/, importer: /tfjs-layers\/dist\//, by: 'layers-activations.ts' },
  { module: /^\.\/utils\/serialization_utils$/, importer: /tfjs-layers\/dist\/models\.js$/, by: 'layers-config.ts' },
];
