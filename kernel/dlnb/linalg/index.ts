// `linalg` of the module `dlnb`: solutions, factorizations and norms of matrices, order and order statistics, all with
// gradients. The op kernels and their gradients are in kernel/tensors/linalg/.
import type { LoadedLibrary } from '../library.ts';
import { needLibrary } from '../library.ts';
import { cholesky, det, eigh, inv, pinv, qr, slogdet, solve, svd, type PinvOptions } from './matrices.ts';
import { norm, type NormOptions } from './norm.ts';
import {
  argsort,
  median,
  quantile,
  sort,
  std,
  variance,
  type QuantileOptions,
  type SortOptions,
  type SpreadOptions,
} from './order.ts';
import type { Numeric } from './inputs.ts';

export type { Numeric } from './inputs.ts';
export type { Eigh, PinvOptions, Qr, Slogdet, Svd } from './matrices.ts';
export type { NormOptions } from './norm.ts';
export type { QuantileOptions, SortOptions, SpreadOptions } from './order.ts';

/** Makes `linalg` for one session. */
export function makeLinalg(loaded: LoadedLibrary) {
  const need = (name: string) => needLibrary(loaded, `linalg.${name}`);
  return {
    /** {@link solve} */
    solve: (a: Numeric, b: Numeric) => solve(need('solve'), a, b),
    /** {@link inv} */
    inv: (a: Numeric) => inv(need('inv'), a),
    /** {@link det} */
    det: (a: Numeric) => det(need('det'), a),
    /** {@link slogdet} */
    slogdet: (a: Numeric) => slogdet(need('slogdet'), a),
    /** {@link cholesky} */
    cholesky: (a: Numeric) => cholesky(need('cholesky'), a),
    /** {@link qr} */
    qr: (a: Numeric) => qr(need('qr'), a),
    /** {@link eigh} */
    eigh: (a: Numeric) => eigh(need('eigh'), a),
    /** {@link svd} */
    svd: (a: Numeric) => svd(need('svd'), a),
    /** {@link pinv} */
    pinv: (a: Numeric, options?: PinvOptions) => pinv(need('pinv'), a, options),
    /** {@link norm} */
    norm: (x: Numeric, options?: NormOptions) => norm(need('norm'), x, options),
    /** {@link sort} */
    sort: (x: Numeric, options?: SortOptions) => sort(need('sort'), x, options),
    /** {@link argsort} */
    argsort: (x: Numeric, options?: SortOptions) => argsort(need('argsort'), x, options),
    /** {@link variance} */
    variance: (x: Numeric, options?: SpreadOptions) => variance(need('variance'), x, options),
    /** {@link std} */
    std: (x: Numeric, options?: SpreadOptions) => std(need('std'), x, options),
    /** {@link quantile} */
    quantile: (x: Numeric, q: number | readonly number[], options?: QuantileOptions) =>
      quantile(need('quantile'), x, q, options),
    /** {@link median} */
    median: (x: Numeric, options?: QuantileOptions) => median(need('median'), x, options),
  };
}
