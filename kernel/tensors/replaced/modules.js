// Which modules of TensorFlow.js are replaced by modules of this folder while bundling (esbuild.config.js): `module`,
// where `importer` imports it, by `by`.
module.exports = [
  { module: /^\.\/fused\/(conv2d|mat_mul)$/, importer: /tfjs-core\/dist\/ops\/fused_ops\.js$/, by: 'fused-ops.ts' },
  {
    module: /^\.\/(random_uniform|random_normal|truncated_normal|dropout)$/,
    importer: /tfjs-core\/dist\/ops\//,
    by: 'random.ts',
  },
  { module: /global_util$/, importer: /tfjs-core\/dist\/|kernel\/tensors\//, by: 'global-util.ts' },
  { module: /^\.{1,2}\/losses$/, importer: /tfjs-layers\/dist\//, by: 'layers-losses.ts' },
  { module: /^\.{1,2}\/metrics$/, importer: /tfjs-layers\/dist\//, by: 'layers-metrics.ts' },
  { module: /^\.\/executor$/, importer: /tfjs-layers\/dist\/engine\//, by: 'layers-executor.ts' },
];
