// Which modules of TensorFlow.js are replaced by modules of this folder while bundling (esbuild.config.js): `module`,
// where `importer` imports it, by `by`.
module.exports = [
  { module: /^\.\/fused\/(conv2d|mat_mul)$/, importer: /tfjs-core\/dist\/ops\/fused_ops\.js$/, by: 'fused-ops.ts' },
  {
    module: /^\.\/(random_uniform|random_normal|truncated_normal|dropout)$/,
    importer: /tfjs-core\/dist\/ops\//,
    by: 'random.ts',
  },
  {
    module: /^(\.{1,2}|\.\.\/\.\.\/ops)\/(losses\/)?(log_sum_exp|norm|compute_weighted_loss|sigmoid_cross_entropy)$/,
    importer: /tfjs-core\/dist\/(ops\/|public\/chained_ops\/(log_sum_exp|norm)\.js$)/,
    by: 'numerics.ts',
  },
  { module: /^\.\/spectral\/irfft$/, importer: /tfjs-core\/dist\/ops\/ops\.js$/, by: 'spectral.ts' },
  { module: /^\.\/layers\/noise$/, importer: /tfjs-layers\/dist\/exports_layers\.js$/, by: '../layers/noise.ts' },
  { module: /^\.{1,2}\/losses$/, importer: /tfjs-layers\/dist\//, by: 'layers-losses.ts' },
];
