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
  {
    module: /^(\.{1,2}|\.\.\/\.\.\/ops)\/(losses\/)?(log_sum_exp|norm|compute_weighted_loss|sigmoid_cross_entropy)$/,
    importer: /tfjs-core\/dist\/(ops\/|public\/chained_ops\/(log_sum_exp|norm)\.js$)/,
    by: 'numerics.ts',
  },
  { module: /^\.\/spectral\/irfft$/, importer: /tfjs-core\/dist\/ops\/ops\.js$/, by: 'spectral.ts' },
  { module: /^\.\/layers\/noise$/, importer: /tfjs-layers\/dist\/exports_layers\.js$/, by: '../layers/noise.ts' },
  { module: /^\.{1,2}\/losses$/, importer: /tfjs-layers\/dist\//, by: 'layers-losses.ts' },
  { module: /^\.{1,2}\/metrics$/, importer: /tfjs-layers\/dist\//, by: 'layers-metrics.ts' },
  { module: /^\.\/executor$/, importer: /tfjs-layers\/dist\/engine\//, by: 'layers-executor.ts' },
  { module: /\/conv_util$/, importer: /tfjs-core\/dist\//, by: 'conv-util.ts' },
  { module: /^\.\/conv1d$/, importer: /tfjs-core\/dist\/ops\//, by: 'conv1d.ts' },
  { module: /^\.\.\/\.\.\/ops\/conv1d$/, importer: /tfjs-core\/dist\/public\//, by: 'conv1d.ts' },
  {
    module: /^\.\/conv[23]d_backprop_input$/,
    importer: /tfjs-core\/dist\/ops\/conv[23]d_transpose\.js$/,
    by: 'transposed.ts',
  },
  // Before the next, which is for all others. For ops of two tensors, those of other types stay as they are
  { module: /\/tensor_util$/, importer: /tfjs-core\/dist\/ops\/(add|sub|mat_mul)\.js$/, by: 'truth-values.ts' },
  { module: /\/tensor_util$/, importer: /tfjs-core\/dist\/ops\/(div|atan2)\.js$/, by: 'truth-quotients.ts' },
  {
    module: /\/tensor_util_env$/,
    importer: /tfjs-core\/dist\/ops\/(add_n|neg|cumsum|cumprod)\.js$/,
    by: 'truth-values.ts',
  },
  {
    module: /\/tensor_util_env$/,
    importer: /tfjs-core\/dist\/ops\/(reciprocal|expm1)\.js$/,
    by: 'truth-quotients.ts',
  },
  {
    module: /\/(tensor_util_env|tensor_ops_util)$/,
    importer: /tfjs-core\/dist\//,
    by: 'tensor-values.ts',
  },
  { module: /^(\.{1,2}\/)+util_base$/, importer: /tfjs-core\/dist\/(util\.js|ops\/)/, by: 'util-base.ts' },
  { module: /^\.\/ops\/browser$/, importer: /tfjs-core\/dist\//, by: 'browser.ts' },
  { module: /^\.\/(batch_to_space_nd|variable)$/, importer: /tfjs-core\/dist\/ops\//, by: 'checked.ts' },
  { module: /^\.\.\/\.\.\/ops\/batch_to_space_nd$/, importer: /tfjs-core\/dist\/public\//, by: 'checked.ts' },
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
