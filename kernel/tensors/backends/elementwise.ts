// The table of elementwise ops, one entry for each op kernel. The build makes the loops of the device `cpu` from it
// (cpu/generate.ts), the devices `cpu` and `webgpu` make their op kernels from it (cpu/ops/elementwise.ts,
// webgpu/ops/elementwise.ts). At 0, ±∞ and NaN, operands are treated in the order of TensorFlow.js's JavaScript
// kernels.

export type Dtype = 'float32' | 'int32' | 'bool';

interface Cost {
  /** How many elements a loop takes at a time */
  atOnce: 16 | 4 | 1;
  /** Elements below which a second thread is not worth its start */
  grain: number;
}

/** How the device `cpu` loops over elements, by the work for one. */
export const costs = {
  /** A few instructions */
  low: { atOnce: 16, grain: 16384 },
  /** A few instructions and a call */
  call: { atOnce: 4, grain: 16384 },
  /** A polynomial or more */
  polynomial: { atOnce: 4, grain: 4096 },
  /** One element after the other: the code is that of one element, which is float64 in a function of one tensor */
  single: { atOnce: 1, grain: 1024 },
} as const satisfies Record<string, Cost>;

/**
 * An op: AssemblyScript for each dtype of its operands that the device `cpu` computes itself. The code is an
 * expression, or statements that end in `return …;`. It works on a vector of each operand (four numbers, or sixteen
 * bools), by the names of the op kernel's inputs, and of each attribute, by its name. It may call all functions of
 * math.ts, simd.ts and elementwise-functions.ts in cpu/assembly/. A result of dtype bool has all bits of a lane set
 * where it is true; of bool operands, it is 0 or 1.
 */
export interface Op {
  /** The op kernel's inputs; those of its group where absent */
  inputs?: readonly [string] | readonly [string, string];
  /** Attributes that the code uses, two at most */
  attrs?: readonly [string] | readonly [string, string];
  /** `low` where absent */
  cost?: keyof typeof costs;
  /** The result's dtype where it is not that of the operands */
  result?: Dtype;
  float32?: string;
  /** `same`: an integer is its own result */
  int32?: string;
  bool?: string;
  /**
   * Of float32, for `webgpu`, where its own op kernel is absent or wrong: an expression in WGSL. It may call the
   * functions `erf`, `distribution`, `density` and `sigmoid`.
   */
  wgsl?: string;
}

const SELU_SCALE = 1.05070098735548;
const SELU_SCALE_ALPHA = 1.7580993408473766;

/** y = f(x) */
export const unary = {
  Abs: { float32: 'f32x4.abs(x)', int32: 'i32x4.abs(x)' },
  Acos: { cost: 'single', float32: 'NativeMath.acos(x)' },
  Acosh: { cost: 'single', float32: 'NativeMath.acosh(x)' },
  Asin: { cost: 'single', float32: 'NativeMath.asin(x)' },
  Asinh: { cost: 'single', float32: 'NativeMath.asinh(x)' },
  Atan: { cost: 'single', float32: 'NativeMath.atan(x)' },
  Atanh: { cost: 'single', float32: 'NativeMath.atanh(x)' },
  Ceil: { float32: 'f32x4.ceil(x)', int32: 'same' },
  ClipByValue: {
    attrs: ['clipValueMin', 'clipValueMax'],
    float32: 'f32x4.pmax(f32x4.pmin(x, clipValueMax), clipValueMin)',
  },
  Cos: { cost: 'polynomial', float32: 'cos4(x)' },
  Cosh: { cost: 'single', float32: 'NativeMath.cosh(x)' },
  Elu: { cost: 'polynomial', float32: 'v128.bitselect(expm14(x), x, f32x4.lt(x, splat(0)))' },
  Erf: { cost: 'polynomial', float32: 'erf4(x)' },
  Exp: { cost: 'polynomial', float32: 'exp4(x)' },
  Expm1: { cost: 'polynomial', float32: 'expm14(x)' },
  Floor: { float32: 'f32x4.floor(x)', int32: 'same' },
  IsFinite: { result: 'bool', float32: 'f32x4.lt(f32x4.abs(x), splat(Infinity))' },
  IsInf: { result: 'bool', float32: 'f32x4.eq(f32x4.abs(x), splat(Infinity))' },
  IsNan: { result: 'bool', float32: 'f32x4.ne(x, x)' },
  /** alpha · x below 0 */
  LeakyRelu: { attrs: ['alpha'], float32: 'v128.bitselect(f32x4.mul(alpha, x), x, f32x4.lt(x, splat(0)))' },
  Log: { cost: 'polynomial', float32: 'log4(x)' },
  Log1p: { cost: 'polynomial', float32: 'log1p4(x)' },
  LogicalNot: { bool: 'v128.and(i8x16.eq(x, i8x16.splat(0)), i8x16.splat(1))' },
  Neg: { float32: 'f32x4.neg(x)', int32: 'i32x4.neg(x)' },
  Reciprocal: { float32: 'f32x4.div(splat(1), x)' },
  Relu: {
    // The sum makes 0 of −0
    float32: 'f32x4.pmax(f32x4.add(x, splat(0)), splat(0))',
    int32: 'i32x4.max_s(x, i32x4.splat(0))',
  },
  Relu6: {
    float32: 'f32x4.pmin(f32x4.pmax(f32x4.add(x, splat(0)), splat(0)), splat(6))',
    int32: 'i32x4.min_s(i32x4.max_s(x, i32x4.splat(0)), i32x4.splat(6))',
  },
  /** To the nearest integer, halves to the even one */
  Round: { float32: 'f32x4.nearest(x)', int32: 'same' },
  Rsqrt: { float32: 'f32x4.div(splat(1), f32x4.sqrt(x))' },
  Selu: {
    cost: 'polynomial',
    float32: `
      const above = f32x4.mul(x, splat(${SELU_SCALE}));
      return v128.bitselect(f32x4.mul(expm14(x), splat(${SELU_SCALE_ALPHA})), above, f32x4.lt(x, splat(0)));`,
  },
  Sigmoid: { cost: 'polynomial', float32: 'sigmoid4(x)' },
  /** 0 for NaN too */
  Sign: {
    float32: 'v128.or(v128.and(f32x4.gt(x, splat(0)), splat(1)), v128.and(f32x4.lt(x, splat(0)), splat(-1)))',
    int32: 'i32x4.max_s(i32x4.min_s(x, i32x4.splat(1)), i32x4.splat(-1))',
  },
  Sin: { cost: 'polynomial', float32: 'sin4(x)' },
  Sinh: { cost: 'single', float32: 'NativeMath.sinh(x)' },
  Softplus: { cost: 'polynomial', float32: 'softplus4(x)' },
  Sqrt: { float32: 'f32x4.sqrt(x)' },
  Square: { float32: 'f32x4.mul(x, x)', int32: 'i32x4.mul(x, x)' },
  /** alpha where x ≤ 0, NaN where it is NaN */
  Step: {
    attrs: ['alpha'],
    float32: `
      const y = v128.bitselect(splat(1), alpha, f32x4.gt(x, splat(0)));
      return v128.bitselect(y, x, f32x4.eq(x, x));`,
  },
  Tan: { cost: 'single', float32: 'NativeMath.tan(x)' },
  Tanh: { cost: 'polynomial', float32: 'tanh4(x)' },
} as const satisfies Record<string, Op>;

/** y = f(x), of our own */
export const own = {
  /** x · Φ(x), the Gaussian error linear unit, with Φ the distribution function of the standard normal distribution */
  Gelu: {
    cost: 'polynomial',
    float32: `
      const half = f32x4.mul(x, splat(0.5));
      return madd(half, erf4(f32x4.mul(x, splat(${Math.SQRT1_2}))), half);`,
    wgsl: 'x * distribution(x)',
  },
} as const satisfies Record<string, Op>;

/** y = f(x), for the op kernels `Pow` with one exponent for all and `Cast` of the device `cpu` */
export const parts = {
  Cube: { float32: 'f32x4.mul(f32x4.mul(x, x), x)' },
  FloatToInt: {
    cost: 'call',
    result: 'int32',
    /** Towards 0, modulo 2³², and 0 for ±∞ and NaN: as JavaScript's typed arrays do */
    float32: `
      const large = f32x4.ge(f32x4.abs(x), splat(2147483648));
      if (v128.any_true(large)) return toIntEach(x);
      return i32x4.trunc_sat_f32x4_s(x);`,
  },
  IntToFloat: { result: 'float32', int32: 'f32x4.convert_i32x4_s(x)' },
  NonZero: { result: 'bool', float32: 'f32x4.ne(x, splat(0))', int32: 'i32x4.ne(x, i32x4.splat(0))' },
  /** x to the power of ½: ∞ for −∞, and 0 for −0, which the square root does not give */
  PowHalf: {
    float32: `
      const infinity = splat(Infinity);
      const y = f32x4.sqrt(f32x4.add(x, splat(0)));
      return v128.bitselect(infinity, y, f32x4.eq(f32x4.abs(x), infinity));`,
  },
  PowMinusHalf: {
    float32: `
      const y = f32x4.div(splat(1), f32x4.sqrt(f32x4.add(x, splat(0))));
      return v128.bitselect(splat(0), y, f32x4.eq(f32x4.abs(x), splat(Infinity)));`,
  },
  PowMinusTwo: { cost: 'call', float32: 'pow4(x, splat(-2))' },
} as const satisfies Record<string, Op>;

/** y = f(a, b), with broadcasting; int32 modulo 2³² */
export const binary = {
  Add: { float32: 'f32x4.add(a, b)', int32: 'i32x4.add(a, b)' },
  Atan2: { cost: 'single', float32: 'atan2(a, b)' },
  BitwiseAnd: { int32: 'v128.and(a, b)' },
  /** dy where y ≥ 0, else dy · (y + 1), the derivative of eˣ − 1 by its value */
  EluGrad: {
    inputs: ['dy', 'y'],
    float32: 'v128.bitselect(dy, f32x4.mul(dy, f32x4.add(y, splat(1))), f32x4.ge(y, splat(0)))',
  },
  Equal: {
    result: 'bool',
    float32: 'f32x4.eq(a, b)',
    int32: 'i32x4.eq(a, b)',
    bool: 'v128.and(i8x16.eq(a, b), i8x16.splat(1))',
  },
  /** ⌊a / b⌋ */
  FloorDiv: { cost: 'single', result: 'int32', float32: 'floorDiv(a, b)', int32: 'floorDivInt(a, b)' },
  Greater: {
    result: 'bool',
    float32: 'f32x4.gt(a, b)',
    int32: 'i32x4.gt_s(a, b)',
    bool: 'v128.and(i8x16.gt_u(a, b), i8x16.splat(1))',
  },
  GreaterEqual: {
    result: 'bool',
    float32: 'f32x4.ge(a, b)',
    int32: 'i32x4.ge_s(a, b)',
    bool: 'v128.and(i8x16.ge_u(a, b), i8x16.splat(1))',
  },
  LogicalAnd: { bool: 'v128.and(b, i8x16.ne(a, i8x16.splat(0)))' },
  LogicalOr: { bool: 'v128.or(a, v128.and(b, i8x16.eq(a, i8x16.splat(0))))' },
  Maximum: { float32: 'f32x4.max(a, b)', int32: 'i32x4.max_s(a, b)' },
  Minimum: { float32: 'f32x4.min(a, b)', int32: 'i32x4.min_s(a, b)' },
  /** The remainder with the divisor's sign */
  Mod: { cost: 'single', float32: 'mod(a, b)', int32: 'modInt(a, b)' },
  Multiply: { float32: 'f32x4.mul(a, b)', int32: 'i32x4.mul(a, b)' },
  NotEqual: {
    result: 'bool',
    float32: 'f32x4.ne(a, b)',
    int32: 'i32x4.ne(a, b)',
    bool: 'v128.and(i8x16.ne(a, b), i8x16.splat(1))',
  },
  Pow: { cost: 'polynomial', float32: 'pow4(a, b)' },
  Prelu: { inputs: ['x', 'alpha'], float32: 'v128.bitselect(f32x4.mul(alpha, x), x, f32x4.lt(x, splat(0)))' },
  RealDiv: { float32: 'f32x4.div(a, b)' },
  SquaredDifference: {
    float32: 'const d = f32x4.sub(a, b); return f32x4.mul(d, d);',
    int32: 'const d = i32x4.sub(a, b); return i32x4.mul(d, d);',
  },
  Sub: { float32: 'f32x4.sub(a, b)', int32: 'i32x4.sub(a, b)' },
} as const satisfies Record<string, Op>;

/** dx = f(dy, x), or of the op's output y; of our own, for tensors of one shape */
export const gradients = {
  /** dy where x > 0, 0 where x = 0, else −dy */
  AbsGrad: {
    inputs: ['dy', 'x'],
    float32: 'v128.and(v128.bitselect(dy, f32x4.neg(dy), f32x4.gt(x, splat(0))), f32x4.ne(x, splat(0)))',
    wgsl: 'select(select(-dy, dy, x > 0.0), 0.0, x == 0.0)',
  },
  /** dy where x lies between the bounds, else 0 */
  ClipByValueGrad: {
    inputs: ['dy', 'x'],
    attrs: ['clipValueMin', 'clipValueMax'],
    float32: 'v128.and(dy, v128.and(f32x4.ge(x, clipValueMin), f32x4.le(x, clipValueMax)))',
    wgsl: 'select(0.0, dy, x >= clipValueMin && x <= clipValueMax)',
  },
  /** dy · (Φ(x) + x φ(x)), with φ the density of the standard normal distribution */
  GeluGrad: {
    inputs: ['dy', 'x'],
    cost: 'polynomial',
    float32: `
      const distribution = madd(splat(0.5), erf4(f32x4.mul(x, splat(${Math.SQRT1_2}))), splat(0.5));
      const density = f32x4.mul(splat(0.3989422804), exp4(f32x4.mul(f32x4.mul(x, x), splat(-0.5))));
      return f32x4.mul(dy, madd(x, density, distribution));`,
    wgsl: 'dy * (distribution(x) + x * density(x))',
  },
  /** dy where x > 0, else alpha · dy */
  LeakyReluGrad: {
    inputs: ['dy', 'x'],
    attrs: ['alpha'],
    float32: 'v128.bitselect(f32x4.mul(dy, alpha), dy, f32x4.le(x, splat(0)))',
    wgsl: 'select(alpha * dy, dy, x > 0.0)',
  },
  /** dy where 0 < x ≤ 6, else 0 */
  Relu6Grad: {
    inputs: ['dy', 'x'],
    float32: 'v128.andnot(dy, v128.or(f32x4.le(x, splat(0)), f32x4.gt(x, splat(6))))',
    wgsl: 'select(0.0, dy, x > 0.0 && x <= 6.0)',
  },
  /** dy where y > 0, else 0 */
  ReluGrad: {
    inputs: ['dy', 'y'],
    float32: 'v128.andnot(dy, f32x4.le(y, splat(0)))',
    wgsl: 'select(0.0, dy, y > 0.0)',
  },
  /** dy · scale where x > 0, else dy · scale · alpha · eˣ, with SELU's two constants */
  SeluGrad: {
    inputs: ['dy', 'x'],
    cost: 'polynomial',
    float32: `
      const below = f32x4.mul(f32x4.mul(dy, splat(${SELU_SCALE_ALPHA})), exp4(x));
      return v128.bitselect(f32x4.mul(dy, splat(${SELU_SCALE})), below, f32x4.gt(x, splat(0)));`,
    wgsl: 'dy * select(1.7580993408473768 * exp(x), 1.0507009873554805, x > 0.0)',
  },
  /** dy · y (1 − y) */
  SigmoidGrad: {
    inputs: ['dy', 'y'],
    float32: 'f32x4.mul(dy, f32x4.mul(y, f32x4.sub(splat(1), y)))',
    wgsl: 'dy * y * (1.0 - y)',
  },
  /** dy · sigmoid(x) */
  SoftplusGrad: {
    inputs: ['dy', 'x'],
    cost: 'polynomial',
    float32: 'f32x4.mul(dy, sigmoid4(x))',
    wgsl: 'dy * sigmoid(x)',
  },
  /** dy / (2 y) */
  SqrtGrad: { inputs: ['dy', 'y'], float32: 'f32x4.div(dy, f32x4.add(y, y))', wgsl: 'dy / (2.0 * y)' },
  /** 2 · dy · x */
  SquareGrad: { inputs: ['dy', 'x'], float32: 'f32x4.mul(dy, f32x4.add(x, x))', wgsl: '2.0 * dy * x' },
  /** dy · (1 − y²) */
  TanhGrad: {
    inputs: ['dy', 'y'],
    float32: 'f32x4.mul(dy, f32x4.sub(splat(1), f32x4.mul(y, y)))',
    wgsl: 'dy * (1.0 - y * y)',
  },
} as const satisfies Record<string, Op & Pick<Required<Op>, 'inputs'>>;

/** The loop of the device `cpu` for an op with operands of one dtype */
export interface Cell {
  op: string;
  /** Dtype of the operands */
  from: Dtype;
  /** Dtype of the result */
  to: Dtype;
  /** What the operands and the attributes are called in the code */
  operands: readonly string[];
  attrs: readonly string[];
  cost: keyof typeof costs;
  code: string;
}

function cellsOf(ops: Record<string, Op>, inputs: readonly string[] = []): Cell[] {
  return Object.entries(ops).flatMap(
    ([op, { inputs: operands = inputs, attrs = [], cost = 'low', result, ...codes }]) =>
      (['float32', 'int32', 'bool'] as const).flatMap((from) => {
        const code = codes[from];
        return code && code !== 'same' ? [{ op, from, to: result ?? from, operands, attrs, cost, code }] : [];
      }),
  );
}

const all = [
  ...cellsOf(unary, ['x']),
  ...cellsOf(own, ['x']),
  ...cellsOf(parts, ['x']),
  ...cellsOf(binary, ['a', 'b']),
  ...cellsOf(gradients),
];
/**
 * The program's function `binary` also computes the bools of one tensor: only its loops have results narrower than
 * operands.
 */
const isBinary = ({ operands, to }: Cell) => operands.length === 2 || to === 'bool';

/** The cells of the program's functions `unary` and `binary`; a cell's number there is its index here. */
export const cells: Record<'unary' | 'binary', readonly Cell[]> = {
  unary: all.filter((cell) => !isBinary(cell)),
  binary: all.filter(isBinary),
};
