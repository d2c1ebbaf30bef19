// The numbers of the reductions: shared by ops/reduce.ts, ops/scan.ts and their AssemblyScript.

/** How two numbers become one; of float32 where nothing else is said. */
export const enum Op {
  Sum,
  Max,
  Min,
  Prod,
  SumInt,
  MaxInt,
  MinInt,
}
