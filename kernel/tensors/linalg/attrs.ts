// The attributes of the ops of linear algebra.

/** Of `LinearSolve`. */
export interface LinearSolveAttrs {
  /** Whether the matrix is triangular; what lies on the other side is not read. */
  form: 'full' | 'lower' | 'upper';
  /** Whether the transposed matrix is meant. */
  adjoint: boolean;
  /** The function that messages name. */
  where: string;
}

/** Of the other ops that can fail. */
export interface NamedAttrs {
  /** The function that messages name. */
  where: string;
}

/** Of `Sort`. */
export interface SortAttrs {
  descending: boolean;
}
