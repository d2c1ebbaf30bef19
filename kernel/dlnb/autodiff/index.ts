// `autodiff` of the module `dlnb`: derivatives of functions of tensors, beyond `tf.grad`.
import type * as tfTypes from '@tensorflow/tfjs-core';
import { needLibrary, type LoadedLibrary } from '../library.ts';
import { customGrad, stopGradient, type CustomGradient } from './custom.ts';
import { gradcheck, type GradcheckOptions } from './gradcheck.ts';
import { grad, hessian, hvp, jacobian, jvp, valueAndGrad } from './gradients.ts';
import { perExample, vmap } from './mapped.ts';
import type { Tree } from './trees.ts';

export type { CustomGradient } from './custom.ts';
export type { GradcheckEntry, GradcheckOptions, GradcheckReport } from './gradcheck.ts';
export type { HessianOf, JacobianOf, ValueAndGrad } from './gradients.ts';
export type { LayerWeight, TensorsOf, Tree } from './trees.ts';

/** Makes `autodiff` for one session. */
export function makeAutodiff(loaded: LoadedLibrary) {
  const need = (name: string) => needLibrary(loaded, `autodiff.${name}`);
  return {
    /** {@link valueAndGrad} */
    valueAndGrad: <P extends Tree, Rest extends unknown[]>(f: (parameters: P, ...rest: Rest) => tfTypes.Tensor) =>
      valueAndGrad(need('valueAndGrad'), f),
    /** {@link grad} */
    grad: <P extends Tree, Rest extends unknown[]>(f: (parameters: P, ...rest: Rest) => tfTypes.Tensor) =>
      grad(need('grad'), f),
    /** {@link jacobian} */
    jacobian: <P extends Tree>(f: (x: P) => tfTypes.Tensor, x: P) => jacobian(need('jacobian'), f, x),
    /** {@link hessian} */
    hessian: <P extends Tree>(f: (x: P) => tfTypes.Tensor, x: P) => hessian(need('hessian'), f, x),
    /** {@link hvp} */
    hvp: <P extends Tree>(f: (x: P) => tfTypes.Tensor, x: P, v: Tree) => hvp(need('hvp'), f, x, v),
    /** {@link jvp} */
    jvp: <P extends Tree>(f: (x: P) => tfTypes.Tensor, x: P, v: Tree) => jvp(need('jvp'), f, x, v),
    /** {@link vmap} */
    vmap: <X extends tfTypes.Tensor[]>(f: (...example: X) => tfTypes.Tensor) => vmap(need('vmap'), f),
    /** {@link perExample} */
    perExample: <P extends Tree, X extends tfTypes.Tensor[]>(f: (parameters: P, ...example: X) => tfTypes.Tensor) =>
      perExample(need('perExample'), f),
    /** {@link gradcheck} */
    gradcheck: <P extends Tree>(f: (x: P) => tfTypes.Tensor, x: P, options?: GradcheckOptions) =>
      gradcheck(need('gradcheck'), f, x, options),
    /** {@link customGrad} */
    customGrad: <X extends tfTypes.Tensor[]>(
      f: (...x: X) => tfTypes.Tensor,
      gradient: (given: CustomGradient<X>) => tfTypes.Tensor | readonly tfTypes.Tensor[],
    ) => customGrad(need('customGrad'), f, gradient),
    /** {@link stopGradient} */
    stopGradient: <T extends tfTypes.Tensor>(x: T) => stopGradient(need('stopGradient'), x),
  };
}
