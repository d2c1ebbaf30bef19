// Op kernels that treat each element for itself.
import type { OpKernel } from './index.ts';

declare module '../program.ts' {
  interface Exports {
    relu(x: number, y: number, n: number): void;
  }
}

export const elementwise: Record<string, OpKernel> = {
  Relu: ({ inputs, backend }) => {
    const x = inputs['x']!;
    if (x.dtype !== 'float32') return undefined;
    const y = backend.output(x.shape, 'float32');
    const n = x.shape.reduce((a, b) => a * b, 1);
    backend.program.exports.relu(backend.address(x), backend.address(y), n);
    return y;
  },
};
