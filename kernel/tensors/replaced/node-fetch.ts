// tfjs asks for the package `node-fetch` on Node; Node has had fetch of its own since version 18.
export default (...args: Parameters<typeof fetch>) => globalThis.fetch(...args);
