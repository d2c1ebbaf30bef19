// TensorFlow.js as cells have it: the kernel's one copy.
import '@tensorflow/tfjs-core';
export * from '@tensorflow/tfjs-core';
export * from '@tensorflow/tfjs-layers';
export * from '@tensorflow/tfjs-converter';
import * as data from '@tensorflow/tfjs-data';
export { data };
/** Versions of the parts. */
export declare const version: {
  'tfjs-core': string;
  'tfjs-layers': string;
  'tfjs-data': string;
  'tfjs-converter': string;
  tfjs: string;
};
