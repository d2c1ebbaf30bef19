// The numbers of the reductions: shared by ops/reduce.ts, ops/scan.ts and their AssemblyScript.

/** How two numbers become one; float32 unless the name says Int. */
export const enum Op {
  Sum,
  Max,
  Min,
  Prod,
  SumInt,
  MaxInt,
  MinInt,
}
