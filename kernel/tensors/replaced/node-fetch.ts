// Replaces the package `node-fetch`, which TensorFlow.js asks for on Node: Node has its own fetch since version 18.
export default (...args: Parameters<typeof fetch>) => globalThis.fetch(...args);
