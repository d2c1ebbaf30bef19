// The numbers of the elementwise ops: what ops/elementwise.ts asks for and elementwise.ts computes.

/** y = f(x) with x and y of four bytes each; float32 where nothing else is said. p and q are parameters. */
export enum Unary {
  Relu,
  Abs,
  Neg,
  Square,
  Sqrt,
  Rsqrt,
  Reciprocal,
  Exp,
  Log,
  Sigmoid,
  Tanh,
  /** p where x ≤ 0 */
  Step,
  /** between p and q */
  ClipByValue,
  Relu6,
  /** p · x below 0 */
  LeakyRelu,
  Elu,
  Selu,
  Gelu,
  Softplus,
  Expm1,
  Log1p,
  Erf,
  Sin,
  Cos,
  Floor,
  Ceil,
  Round,
  Sign,
  /** x to the power of ½, −½, −2 and 3 */
  PowHalf,
  PowMinusHalf,
  PowMinusTwo,
  Cube,
  Acos,
  Acosh,
  Asin,
  Asinh,
  Atan,
  Atanh,
  Cosh,
  Sinh,
  Tan,
  AbsInt,
  NegInt,
  ReluInt,
  Relu6Int,
  SignInt,
  SquareInt,
  FloatToInt,
  IntToFloat,
}

/** y = f(a, b), with broadcasting. p and q are parameters. */
export enum Binary {
  // a, b and y float32
  Add,
  Sub,
  Multiply,
  RealDiv,
  Maximum,
  Minimum,
  SquaredDifference,
  Prelu,
  Pow,
  Mod,
  Atan2,
  // gradients: a is dy, b the op's input x or output y
  ReluGrad,
  Relu6Grad,
  /** p · dy where x ≤ 0 */
  LeakyReluGrad,
  EluGrad,
  SeluGrad,
  SigmoidGrad,
  TanhGrad,
  SoftplusGrad,
  GeluGrad,
  SquareGrad,
  SqrtGrad,
  AbsGrad,
  /** dy where p ≤ x ≤ q */
  ClipByValueGrad,
  // a, b and y int32
  AddInt,
  SubInt,
  MultiplyInt,
  FloorDivInt,
  ModInt,
  MaximumInt,
  MinimumInt,
  SquaredDifferenceInt,
  BitwiseAndInt,
  // a and b float32, y int32
  FloorDiv,
  // a and b float32, y bool. The other comparisons are these with a and b exchanged.
  Equal,
  NotEqual,
  Greater,
  GreaterEqual,
  // of a alone
  NonZero,
  IsNan,
  IsInf,
  IsFinite,
  // a and b int32, y bool
  EqualInt,
  NotEqualInt,
  GreaterInt,
  GreaterEqualInt,
  // of a alone
  NonZeroInt,
  // a, b and y bool
  And,
  Or,
  EqualBool,
  NotEqualBool,
  GreaterBool,
  GreaterEqualBool,
  // of a alone
  Not,
}
