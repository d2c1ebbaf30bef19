// Models in ONNX files, in both directions: the bundle dist/onnx.js.
export { toOnnx } from './export.ts';
export { fromOnnx, type OnnxEnd, type OnnxNetwork } from './import.ts';
