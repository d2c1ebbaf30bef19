// Which imports mean TensorFlow.js, and what each of them is given of the kernel's one copy.

/**
 * What an import is given, by the first rule that fits. The engine knows only the tensors of its own copy, so every
 * package, of any version, and every file inside one that holds code means the kernel's.
 */
export const TENSOR_RULES: readonly (readonly [pattern: string, kind: string])[] = [
  // Their manifests, WebAssembly and texts are files like others
  ['\\.(json|wasm|node|md)$', ''],
  ['^@tensorflow/tfjs-backend-(cpu|webgl|wasm|webgpu)(/|$)', 'backend'],
  ['^@tensorflow/tfjs-data(/|$)', 'data'],
  ['^@tensorflow/tfjs(-core|-layers|-converter|-node|-node-gpu)?(/dist/(index|tf[\\w.-]*?)(\\.js)?)?$', 'library'],
  // Files of the packages: those that the library has a namespace for, and the others
  ['^@tensorflow/tfjs-core/.*/(util|util_base)(\\.js)?$', 'util'],
  ['^@tensorflow/tfjs-core/.*/io(/\\w+)?(\\.js)?$', 'io'],
  ['^@tensorflow/tfjs-core/.*/(backend_util|conv_util)(\\.js)?$', 'backend_util'],
  ['^@tensorflow/tfjs-core/.*/(broadcast_util)(\\.js)?$', 'broadcast_util'],
  ['^@tensorflow/tfjs-core/.*/(slice_util)(\\.js)?$', 'slice_util'],
  ['^@tensorflow/tfjs-core/.*/(gather_nd_util)(\\.js)?$', 'gather_util'],
  ['^@tensorflow/tfjs-core/.*/(scatter_nd_util)(\\.js)?$', 'scatter_util'],
  ['^@tensorflow/tfjs-core/.*/(tensor_util)(\\.js)?$', 'tensor_util'],
  ['^@tensorflow/tfjs-core/.*/(test_util)(\\.js)?$', 'test_util'],
  ['^@tensorflow/tfjs-core/.*/(device_util)(\\.js)?$', 'device_util'],
  ['^@tensorflow/tfjs-core/.*/(fused_ops)(\\.js)?$', 'fused'],
  ['^@tensorflow/tfjs-core/.*/(serialization)(\\.js)?$', 'serialization'],
  ['^@tensorflow/tfjs-core/.*/(browser)(\\.js)?$', 'browser'],
  ['^@tensorflow/tfjs-layers/.*/exports_layers(\\.js)?$', 'layers'],
  ['^@tensorflow/tfjs-layers/.*/exports_metrics(\\.js)?$', 'metrics'],
  ['^@tensorflow/tfjs-layers/.*/exports_initializers(\\.js)?$', 'initializers'],
  ['^@tensorflow/tfjs-layers/.*/exports_regularizers(\\.js)?$', 'regularizers'],
  ['^@tensorflow/tfjs-layers/.*/exports_constraints(\\.js)?$', 'constraints'],
  ['^@tensorflow/tfjs(-core|-layers|-converter|-node|-node-gpu)?/(dist|src)/', 'part'],
];

/** What an import is given: `library`, `data`, `backend`, or a part; empty if it does not mean TensorFlow.js. */
export function tensorKind(specifier: string): string {
  if (!specifier.startsWith('@tensorflow/tfjs')) return '';
  for (const [pattern, kind] of TENSOR_RULES) if (new RegExp(pattern).test(specifier)) return kind;
  return '';
}

type Names = Record<string, unknown>;

/** The namespaces of the library whose names the files of tfjs-core export. */
const NAMESPACES = [
  ...['util', 'backend_util', 'io', 'math', 'broadcast_util', 'slice_util', 'gather_util', 'scatter_util'],
  ...['tensor_util', 'test_util', 'device_util', 'kernel_impls', 'fused', 'serialization', 'browser', 'data'],
];

/**
 * What an import is given.
 * @param kind as `tensorKind` says
 * @param library the kernel's TensorFlow.js
 */
export function tensorExports(kind: string, library: object): Names {
  const all = library as Names;
  const of = (name: string) => (all[name] ?? {}) as Names;
  switch (kind) {
    case 'library':
      return all;
    case 'data':
      return of('data');
    case 'backend':
      return backendExports(all);
    case 'part':
      return Object.assign({}, ...NAMESPACES.toReversed().map(of), all) as Names;
    default:
      return { ...tensorExports('part', library), ...of(kind) };
  }
}

/**
 * The packages of backends have no device here: the kernel has its own, and their op kernels would take the place of
 * its own. Settings do nothing; what would make a backend says so.
 */
function backendExports(library: Names): Names {
  const refuse = (name: string) =>
    class {
      constructor() {
        throw new Error(
          `${name}: the backends of TensorFlow.js are not used here, the kernel has its own device "${(library['getBackend'] as () => string)()}". Remove what makes a backend; tensors compute without it.`,
        );
      }
    };
  const version = library['version_core'];
  const nothing = () => {};
  return {
    ...Object.fromEntries(
      ['MathBackendCPU', 'MathBackendWebGL', 'GPGPUContext', 'BackendWasm', 'WebGPUBackend'].map((n) => [n, refuse(n)]),
    ),
    ...Object.fromEntries(['cpu', 'webgl', 'wasm', 'webgpu'].map((n) => [`version_${n}`, version])),
    ...{ shared: library['kernel_impls'], webgl: {}, gpgpu_util: {}, webgl_util: {}, webgpu_util: {} },
    ...{ setWasmPath: nothing, setWasmPaths: nothing, setThreadsCount: nothing, getThreadsCount: () => 1 },
    ...{ setWebGLContext: nothing, forceHalfFloat: nothing },
  };
}
