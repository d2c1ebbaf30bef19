// The modules of TensorFlow.js that those of this folder replace while bundling (esbuild.config.js): `module`, as `importer` imports it.
module.exports = [
  { module: /^\.\/fused\/(conv2d|mat_mul)$/, importer: /tfjs-core\/dist\/ops\/fused_ops\.js$/, by: 'fused-ops.ts' },
  {
    module: /^\.\/(random_uniform|random_normal|truncated_normal|dropout)$/,
    importer: /tfjs-core\/dist\/ops\//,
    by: 'random.ts',
  },
  { module: /^\.{1,2}\/losses$/, importer: /tfjs-layers\/dist\//, by: 'layers-losses.ts' },
];
