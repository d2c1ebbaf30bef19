'use strict';
// STAND-IN for @tensorflow/tfjs-node-gpu 4.22, for tests on machines without NVIDIA's driver. It has the structure of
// the real package: CommonJS that requires @tensorflow/tfjs by name, a class NodeJSKernelBackend with a binding, a
// backend "tensorflow" that is registered while loading, routers for file:// and its own progress bar. It uses the op
// kernels of the backend "cpu". The field `standIn` of its package.json makes it fail like real installations.
const fs = require('fs');
const path = require('path');
const util_1 = require('util');
require('@tensorflow/tfjs-core/dist/register_all_gradients');
const core = require('@tensorflow/tfjs-core');
const tf = require('@tensorflow/tfjs');

const pjson = require('../package.json');
const {
  /** Message of the error when the native part is loaded. */
  dlopen,
  /** Whether the native part is missing. */
  noBinding = false,
  /** Result of `isUsingGpuDevice`. */
  gpu = true,
  /** Number of elements of the largest product that fits into memory. */
  memory = Infinity,
  /** Message of the error that each op throws. */
  broken,
} = pjson.standIn;

const bindingPath = path.resolve(__dirname, '../lib/napi-v8/tfjs_binding.node');
if (noBinding && !fs.existsSync(bindingPath))
  throw new Error(
    `The Node.js native addon module (tfjs_binding.node) can not be found at path: ${bindingPath}. \nPlease run command …`,
  );
if (dlopen) throw Object.assign(new Error(dlopen), { code: 'ERR_DLOPEN_FAILED' });
const bindings = { TF_Version: '2.9.1', isUsingGpuDevice: () => gpu };

/** As in the real package. Node 23 and newer lack the functions `isNullOrUndefined` and `isArray`. */
function createTensorsTypeOpAttr(attrName, dtype) {
  if ((0, util_1.isNullOrUndefined)(dtype)) throw new Error('Invalid input tensors value.');
  return { name: attrName, type: 6, value: (0, util_1.isArray)(dtype) ? dtype[0] : dtype };
}

const Base = tf.findBackendFactory('cpu')().constructor;
class NodeJSKernelBackend extends Base {
  constructor(binding, packageName) {
    super();
    // Otherwise the backend "cpu" recommends the real package
    this.firstUse = false;
    this.binding = binding;
    this.isGPUPackage = packageName === '@tensorflow/tfjs-node-gpu';
    this.isUsingGpuDevice = this.binding.isUsingGpuDevice();
  }

  /** @param run computes the op in this stand-in */
  executeSingleOutput(name, opAttrs, inputs, run) {
    if (broken) throw new Error(broken);
    const out = run();
    if (tf.util.sizeFromShape(out.shape) > memory)
      throw new Error(
        `OOM when allocating tensor with shape[${out.shape}] and type float on /job:localhost/replica:0/task:0/device:GPU:0 by allocator GPU_0_bfc`,
      );
    // Op kernels of the real package return tensors
    return tf.engine().makeTensorFromTensorInfo(out);
  }

  executeMultipleOutputs(name, opAttrs, inputs, numOutputs, run) {
    if (broken) throw new Error(broken);
    return run();
  }
}

tf.copyRegisteredKernels('cpu', 'tensorflow');
const stock = tf.getKernel('BatchMatMul', 'tensorflow').kernelFunc;
tf.unregisterKernel('BatchMatMul', 'tensorflow');
tf.registerKernel({
  kernelName: 'BatchMatMul',
  backendName: 'tensorflow',
  kernelFunc(call) {
    const { a, b } = call.inputs;
    const attrs = [createTensorsTypeOpAttr('T', a.dtype)];
    return call.backend.executeSingleOutput('BatchMatMulV2', attrs, [a, b], () => stock(call));
  },
});

exports.version = { ...tf.version, 'tfjs-node': pjson.version };
for (const name of Object.keys(tf)) if (!(name in exports)) exports[name] = tf[name];
/** For tests: whether both names refer to the same copy of the library. */
// What the real package adds to TensorFlow.js
exports.node = {};
exports.isOneCore = exports.node.isOneCore = core.Tensor === tf.Tensor && core.engine() === tf.engine();

tf.registerBackend('tensorflow', () => new NodeJSKernelBackend(bindings, pjson.name), 3);
if (!tf.setBackend('tensorflow')) throw new Error('Could not initialize TensorFlow backend.');

const router = (url) => {
  if (String(url).startsWith('file://')) throw new Error("the router of the stand-in was asked, not the kernel's own");
  return null;
};
tf.io.registerLoadRouter(router);
tf.io.registerSaveRouter(router);
tf.registerCallbackConstructor(
  1,
  class ProgbarLogger extends tf.CustomCallback {
    constructor() {
      super({});
      throw new Error("the progress bar of the stand-in was made, not the kernel's own");
    }
  },
);
