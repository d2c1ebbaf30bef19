// TensorFlow.js in double precision, the reference of these tests: its layers and its JavaScript backend, bundled by
// global-setup.ts with `Float32Array` replaced by `Float64Array`. Differences of a function over a tiny step are right
// to many digits here, and a kink of `relu` or `maxPool` is next to never within the step.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import '@tensorflow/tfjs-backend-cpu';
import * as layers from '@tensorflow/tfjs-layers';
import { installEngine } from '../../kernel/tensors/engine/install.ts';
import { correctGradients } from '../../kernel/tensors/gradients/index.ts';
import { registerLinalgGradients } from '../../kernel/tensors/linalg/gradients.ts';
import { hostKernels } from '../../kernel/tensors/linalg/host.ts';

// It asks Node for the very type Float32Array
tf.env().platform.isTypedArray = (a): a is Float32Array => ArrayBuffer.isView(a);
// Spares it the advice to use tfjs-node
(tf.findBackend('cpu') as unknown as { firstUse: boolean }).firstUse = false;
// For second derivatives alone, whose functions call tf.grad: first ones are only ever taken by differences
installEngine();
correctGradients();
for (const [kernelName, kernelFunc] of Object.entries(hostKernels))
  tf.registerKernel({ kernelName, backendName: 'cpu', kernelFunc });
registerLinalgGradients();

const all = { ...tf, ...layers };
export { all as tf };
