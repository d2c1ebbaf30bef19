// Random TypeScript programs that a seed determines. They are valid, end soon, depend on nothing outside themselves
// and print what they compute. A program is a list of parts: each can be a cell of its own, which uses only names of
// earlier parts.
import { Random } from './random.mts';

export interface Program {
  seed: number;
  /** The text of each part. All top-level names end with the tag. */
  parts: string[];
  /** All top-level names of values, with the tag. */
  names: string[];
  /** Whether parts use names of later parts, as function hoisting allows: such a program is one cell only. */
  whole: boolean;
}

/** What a name holds: `fn` is a function from number to number, `curried` one to such a function. */
type Kind = 'num' | 'str' | 'arr' | 'obj' | 'fn' | 'curried' | 'class' | 'map' | 'enum' | 'space' | 'gen' | 'async';

interface Name {
  name: string;
  kind: Kind;
  /** May be assigned. */
  assignable: boolean;
}

/** A place for any comment, also one that ends a line. */
const C = '\u00a4';
/** A place for a comment without a line break. */
const I = '\u00a2';

const INLINE = [
  '/* note */',
  '/* => */',
  '/* (x) => { */',
  '/* ) */',
  '/* } */',
  '/** @type {(a: number) => number} */',
  '/*=>(*/',
  '/* it\'s `odd` " */',
  '/* || */',
  '/* //=> */',
];
const LINE = [
  '// note\n',
  '// => x\n',
  '// (x) => f(g(x))\n',
  '// }\n',
  '// ) || {\n',
  "// don't `quote\n",
  '/* two\n lines => { */',
  '\n',
  '\n\n',
];

/** Makes a program. `tag`: the end of all top-level names, an identifier part. */
export function makeProgram(seed: number, tag: string): Program {
  return new Generator(seed, tag).program();
}

export class Generator {
  readonly random: Random;
  private readonly names: Name[] = [];
  private readonly inner: Name[] = [];
  private count = 0;
  private depth = 0;
  private readonly later: string[] = [];
  private readonly programSeed: number;
  private readonly tag: string;

  constructor(seed: number, tag: string) {
    this.programSeed = seed;
    this.tag = tag;
    this.random = new Random(seed);
  }

  program(): Program {
    const whole = this.random.chance(0.15);
    const parts: string[] = [];
    const length = this.random.int(3, 9);
    for (let i = 0; i < length; i++) {
      // Functions after an error exist in a module, and not if they are in later cells
      const fails = this.random.chance(0.06);
      parts.push(this.comments(fails ? this.uncaught(2) : this.part()));
      if (fails && !whole) break;
    }
    if (whole) parts.splice(this.random.int(0, parts.length), 0, this.comments(this.usesLater()));
    parts.push(...this.later.map((text) => this.comments(text)));
    // A part must not go on with the expression of the part before it
    const safe = parts.map((text) => (/^(?:\s|\/\/.*\n|\/\*[^]*?\*\/)*[-([`+/*.,?!<]/.test(text) ? `;${text}` : text));
    return { seed: this.programSeed, parts: safe, names: this.names.map((n) => n.name), whole };
  }

  /** Names and expressions for the last expressions of cells: see `last.ts`. */
  declarations(): string[] {
    const all: (() => string)[] = [
      () => this.declare('num', (n) => `let ${n} = ${this.num(1)}`),
      () => this.declare('str', (n) => `const ${n} = ${this.str(1)}`),
      () => this.declare('arr', (n) => `let ${n} = ${this.arr(1)}`),
      () => this.declare('obj', (n) => `const ${n}: any = ${this.obj(1)}`),
      () => this.declare('fn', (n) => `let ${n}: any = ${this.arrow(1)}`),
      () =>
        this.declare(
          'class',
          (n) => `class ${n} { static made = 2; constructor(public x: number) {} get() { return this.x } }`,
        ),
      () => this.enumDeclaration(),
    ];
    return all.map((make) => this.comments(make()));
  }

  /** A top-level name of this kind. */
  known(kind: Kind): string | undefined {
    return this.names.find((n) => n.kind === kind)?.name;
  }

  /** Any one value. */
  any1(): string {
    return this.random.pick([() => this.num(1), () => this.str(1), () => this.arr(1), () => this.bool(1)])();
  }

  /** Replaces the places of comments, most of them by nothing. */
  comments(text: string): string {
    return text.replace(/[\u00a4\u00a2]/g, (place) => {
      if (!this.random.chance(0.08)) return '';
      return place === C && this.random.chance(0.5) ? this.random.pick(LINE) : this.random.pick(INLINE);
    });
  }

  // ---- names

  private fresh(base: string): string {
    return `${base}${this.count++}`;
  }

  /** A new top-level name. It is known to what is made after `make`. */
  private declare(kind: Kind, make: (name: string) => string, assignable = true): string {
    const name = this.fresh(kind[0]!) + this.tag;
    const text = make(name);
    this.names.push({ name, kind, assignable });
    return text;
  }

  private of(kind: Kind): Name[] {
    return [...this.names, ...this.inner].filter((n) => n.kind === kind);
  }

  private name(kind: Kind): string | undefined {
    const found = this.of(kind);
    return found.length ? this.random.pick(found).name : undefined;
  }

  /** Makes text in which these names are known. */
  private within(names: readonly [string, Kind][], make: () => string): string {
    const before = this.inner.length;
    for (const [name, kind] of names) this.inner.push({ name, kind, assignable: true });
    const text = make();
    this.inner.length = before;
    return text;
  }

  // ---- expressions

  num(d: number): string {
    const r = this.random;
    const leaf = (): string => {
      const n = this.name('num');
      if (n !== undefined && r.chance(0.6)) return n;
      return r.pick(['0', '1', '2', '7', '0.5', '-3', '1e3', '0x1f', '1_000', '-0', 'NaN', 'Infinity']);
    };
    if (d <= 0) return leaf();
    const f = this.name('fn');
    const cur = this.name('curried');
    const o = this.name('obj');
    const a = this.name('arr');
    const cls = this.name('class');
    const m = this.name('map');
    const e = this.name('enum');
    const s = this.name('space');
    const choices: (() => string)[] = [
      leaf,
      leaf,
      () =>
        `((${this.num(d - 1)})${C} ${r.pick(['+', '-', '*', '/', '%', '**', '|', '&', '^', '<<', '>>', '>>>'])} ${C}(${this.num(d - 1)}))`,
      () => `${r.pick(['-', '+', '~'])}(${C}${this.num(d - 1)}${C})`,
      () => `(${this.bool(d - 1)}${C} ? ${C}${this.num(d - 1)}${C} : ${C}${this.num(d - 1)})`,
      () => `(${this.num(d - 1)}${I} as ${I}number)`,
      () => `(${this.num(d - 1)} satisfies number)`,
      () => `(${this.num(d - 1)})!`,
      () => `(${this.num(d - 1)}${C} ${r.pick(['||', '&&', '??'])}${C} ${this.num(d - 1)})`,
      () => `${this.str(d - 1)}.length`,
      () =>
        `(${C}(${this.local('p', 'num', (p) => `${p}${C})${I} => ${C}${this.num(d - 1)}`)})(${C}${this.num(d - 1)}${C})`,
      () => `(${this.arrowBlock(d - 1)})(${this.num(d - 1)})`,
      () =>
        `(function ${I}(${this.local('p', 'num', (p) => `${p}: number)${I}: number ${I}{${C} return ${I}${this.num(d - 1)};${C} }`)})(${this.num(d - 1)})`,
      () => `(${this.num(d - 1)}, ${C}${this.num(d - 1)})`,
      () =>
        `[${this.num(d - 1)}, ${this.num(d - 1)}].map(${this.arrow(d - 1)}).reduce((x: number, y: number) => ${C}x + y, 0)`,
      () => `(${this.arr(d - 1)})[${r.int(0, 2)}]!`,
      () => `((v${I}) => ${C}v)(${this.num(d - 1)} || ${C}${this.num(d - 1)})`,
      () => `((v: any, ...rest: any[]) => v + rest.length)(${this.num(d - 1)}, ...${this.arr(d - 1)})`,
      () => `Number(${this.str(d - 1)}.length > ${r.int(0, 9)})`,
      () => `(${this.curry(d - 1)})(${this.num(d - 1)})(${this.num(d - 1)})`,
      () => `(${this.bool(d - 1)} ? 1 : 0)`,
    ];
    if (f !== undefined)
      choices.push(
        () => `${f}(${C}${this.num(d - 1)}${C})`,
        () => `${f}?.(${this.num(d - 1)})`,
      );
    if (f !== undefined)
      choices.push(
        () => `[1, 2, 3].map(${f} as any)[1]`,
        () => `((f: any) => f(2))(${f} || ((z: number) => z))`,
      );
    if (cur !== undefined) choices.push(() => `${cur}(${this.num(d - 1)})(${this.num(d - 1)})`);
    if (o !== undefined)
      choices.push(
        () => `${o}.a`,
        () => `${o}?.b?.c`,
        () => `(${o}${C} ?? { a: 1 }).a`,
        () => `((c) => c.a)(${o} || { a: 0 })`,
      );
    if (a !== undefined)
      choices.push(
        () => `${a}.length`,
        () => `${a}[${r.int(0, 2)}]`,
        () => `((w) => w.length)(${a} || [])`,
      );
    if (cls !== undefined)
      choices.push(
        () => `new ${cls}(${this.num(d - 1)}).get()`,
        () => `${cls}.made`,
        () => `new ${cls}(${r.int(1, 9)}).x`,
      );
    if (m !== undefined)
      choices.push(
        () => `${m}.size`,
        () => `${m}.get('k')`,
      );
    if (e !== undefined)
      choices.push(
        () => `(${e}.A as number)`,
        () => `${e}.B`,
      );
    if (s !== undefined)
      choices.push(
        () => `${s}.value`,
        () => `${s}.twice(${this.num(d - 1)})`,
      );
    return r.pick(choices)();
  }

  /** A parameter or variable of an inner scope. */
  private local(base: string, kind: Kind, make: (name: string) => string): string {
    const name = this.fresh(base);
    return this.within([[name, kind]], () => make(name));
  }

  bool(d: number): string {
    const r = this.random;
    if (d <= 0) return r.pick(['true', 'false', '!0', '!1']);
    return r.pick([
      () => `(${this.num(d - 1)} ${r.pick(['<', '>', '<=', '>=', '===', '!==', '==', '!='])} ${this.num(d - 1)})`,
      () => `!${this.bool(d - 1)}`,
      () => `!!(${this.num(d - 1)})`,
      () => `(${this.bool(d - 1)} ${r.pick(['||', '&&'])}${C} ${this.bool(d - 1)})`,
      () => `(typeof ${I}${this.num(d - 1)} === ${C}'number')`,
      () => `'a' in (${this.obj(d - 1)})`,
      () => `(${this.arr(d - 1)}) instanceof Array`,
      () => `/a+${r.pick(['', '\\/', '[/)]', '(?:=>)'])}b?/${r.pick(['', 'g', 'iu'])}.test(${this.str(d - 1)})`,
    ])();
  }

  str(d: number): string {
    const r = this.random;
    const leaf = (): string => {
      const n = this.name('str');
      if (n !== undefined && r.chance(0.5)) return n;
      return r.pick([
        "'a'",
        '"=>"',
        "'// no comment'",
        "'/* no */'",
        '`t`',
        "'it\\'s'",
        "'\\u00e9'",
        "'{'",
        "')'",
        "''",
        '`\n`',
        "'${x}'",
      ]);
    };
    if (d <= 0) return leaf();
    return r.pick([
      leaf,
      () => `(${this.str(d - 1)}${C} + ${C}${this.str(d - 1)})`,
      () => `(${this.str(d - 1)} + (${this.num(d - 1)}))`,
      () => `\`<\${${C}${this.num(d - 1)}${C}}\${${this.str(d - 1)}}>\``,
      () => `\`\${((q: any) => \`[\${q}]\`)(${this.num(d - 1)})}\``,
      () => `(typeof ${I}(${this.num(d - 1)}))`,
      () => `String(${this.num(d - 1)})`,
      () => `${this.str(d - 1)}.replace(/[a-z]/g, (ch) => ${C}ch.toUpperCase())`,
      () => `((s: TemplateStringsArray, ...v: unknown[]) => s.raw.join('|') + v.length)\`x\${${this.num(d - 1)}}\\n\``,
      () => `JSON.stringify(${this.obj(d - 1)})`,
    ])();
  }

  arr(d: number): string {
    const r = this.random;
    const n = this.name('arr');
    const leaf = () => (n !== undefined && r.chance(0.5) ? n : r.pick(['[]', '[1, 2, 3]', '[4]']));
    if (d <= 0) return leaf();
    const g = this.name('gen');
    return r.pick([
      leaf,
      () => `[${this.num(d - 1)},${C} ${this.num(d - 1)}${C}]`,
      () => `[...${this.arr(d - 1)}, ${this.num(d - 1)}]`,
      () => `${this.arr(d - 1)}.map(${this.arrow(d - 1)})`,
      () => `${this.arr(d - 1)}.filter((v, i) => ${C}i < ${r.int(0, 3)})`,
      () => `(${this.arr(d - 1)} as number[])`,
      () => `Array.from({ length: ${r.int(0, 3)} }, (_, i) => ${C}i * 2)`,
      () => (g !== undefined ? `[...${g}(${r.int(0, 4)})]` : '[...(function* () { yield 1; yield* [2, 3] })()]'),
      () => `<number[]>[${this.num(d - 1)}]`,
    ])();
  }

  obj(d: number): string {
    const r = this.random;
    const n = this.name('obj');
    if (d <= 0) return n !== undefined && r.chance(0.3) ? n : '{ a: 1, b: { c: 2 } }';
    return r.pick([
      () => `{ a: ${this.num(d - 1)},${C} b: { c: ${this.num(d - 1)} } }`,
      () => `{ ...${this.parens(this.obj(d - 1))}, a: ${this.num(d - 1)} }`,
      () => `{ a: ${this.num(d - 1)}, get b() {${C} return { c: ${this.num(d - 1)} } } }`,
      () =>
        `{ ['a']: ${this.num(d - 1)}, b: { c: 1 }, m(${this.local('p', 'num', (p) => `${p} = 1) { return ${this.num(d - 1)}`)} } }`,
      () => `{ a: ${this.num(d - 1)}, b: { c: 0 }, f: ${this.arrow(d - 1)}, async g() {}, *h() {} }`,
    ])();
  }

  private parens(text: string): string {
    return `(${text})`;
  }

  /** An arrow function from number to number. */
  arrow(d: number): string {
    const r = this.random;
    return r.pick([
      () => this.local('p', 'num', (p) => `(${p}: number)${I} => ${C}${this.num(d)}`),
      () => this.local('p', 'num', (p) => `${I}${p}${I} => ${C}${this.num(d)}`),
      () => this.local('p', 'num', (p) => `(${p}: number)${I}: ${I}number => ${C}(${C}${this.num(d)}${C})`),
      () => this.local('p', 'num', (p) => `(${p} = ${r.int(0, 5)}, ..._rest: unknown[]) => ${C}${this.num(d)}`),
      () => this.local('p', 'num', (p) => `<T,>(${p}: T & any) => ${C}${this.num(d)}`),
      () => this.arrowBlock(d),
    ])();
  }

  private arrowBlock(d: number): string {
    return this.local(
      'p',
      'num',
      (p) => `(${p}: number)${I} => ${I}{${C}${this.body(d)}${C} return ${I}${this.num(d)}${C};${C} }`,
    );
  }

  /** An arrow function whose result is an arrow function. */
  curry(d: number): string {
    const r = this.random;
    return this.local('p', 'num', (p) =>
      r.pick([
        () => `(${p}: number) => ${C}${this.arrow(d)}`,
        () => `${p} => ${C}(${C}${this.arrow(d)}${C})`,
        () => `(${p}: number)${I}: (b: number) => number ${I}=> ${C}${this.arrow(d)}`,
        () => `(${p}) => ${C}{ return ${I}${this.arrow(d)} }`,
        () => `(${p}) => function (this: unknown, q: number) { return ${I}${this.num(d)} + q }`,
      ])(),
    );
  }

  // ---- statements inside functions, blocks and loops

  /** Statements of a function's or a block's body. */
  private body(d: number): string {
    if (d <= 0 || this.depth > 2) return '';
    this.depth++;
    const count = this.random.int(0, 2);
    let text = '';
    const before = this.inner.length;
    for (let i = 0; i < count; i++) text += ` ${this.statement(d)}${C}`;
    this.inner.length = before;
    this.depth--;
    return text;
  }

  private assignables(): Name[] {
    return [...this.names, ...this.inner].filter((n) => n.kind === 'num' && n.assignable);
  }

  /** A statement that can stand anywhere, with its end. */
  private statement(d: number): string {
    const r = this.random;
    const targets = this.assignables();
    const target = targets.length ? r.pick(targets).name : undefined;
    const choices: (() => string)[] = [
      () => `console.log(${C}${this.any(d - 1)}${C});`,
      () => {
        const name = this.fresh('l');
        const text = `${r.pick(['let', 'const'])} ${name}${I}: number${I} = ${C}${this.num(d - 1)};`;
        this.inner.push({ name, kind: 'num', assignable: false });
        return text;
      },
      () =>
        `if (${C}${this.bool(d - 1)}${C}) ${C}{${this.body(d - 1)} }${r.chance(0.5) ? `${C} else ${C}{${this.body(d - 1)} }` : ''}`,
      () =>
        `if (${this.bool(d - 1)}) ${C}console.log(${this.num(d - 1)});${C} else ${C}console.error(${this.str(d - 1)});`,
      () => this.loopStatement(d),
      () => this.tryStatement(d),
      () =>
        `switch (${C}${this.num(d - 1)}${C}) ${C}{ case ${this.num(d - 1)}:${C} console.log('case');${r.chance(0.5) ? ' break;' : ''} case 2: { let inside = 1; console.log(inside); }${C} default:${C} console.log('default'); }`,
      () => `{${C}${this.body(d - 1)} }`,
      () => `;`,
      () =>
        `{ using held${I} = { n: ${this.num(d - 1)}, [Symbol.dispose]() { console.log('closed', this.n) } };${C} console.log('held', held.n); }`,
      () =>
        `{ class Inner { static readonly A = ${this.num(d - 1)}; static B = Inner.A; m = () => ${C}Inner.B } console.log(new Inner().m()); }`,
      () => `{ enum E { A = ${r.int(0, 4)}, B } console.log(E.B, E[E.A]); }`,
      () => `{ function f(this: any, x: number) { return x > 0 ? f(x - 1) : ${this.num(d - 1)} } console.log(f(2)); }`,
      () => `if (false) type Never = number;`,
    ];
    if (target !== undefined)
      choices.push(
        () => `${target} ${r.pick(['=', '+=', '-=', '*=', '??=', '||=', '&&='])}${C} ${this.num(d - 1)};`,
        () => `${target}${r.pick(['++', '--'])};`,
        () => `[${target}] = [${this.num(d - 1)}];`,
        () => `({ a: ${target} = ${this.num(d - 1)} } = ${this.obj(d - 1)});`,
      );
    return r.pick(choices)();
  }

  private loopStatement(d: number): string {
    const r = this.random;
    const n = r.int(0, 3);
    const label = r.chance(0.25) ? this.fresh('L') : undefined;
    let head = label ? `${label}:${C} ` : '';
    // The label stands inside the block
    const inner = () => [head, (head = '')][0]!;
    const i = this.fresh('i');
    const leave = () =>
      r.chance(0.3)
        ? ` if (${this.bool(1)}) ${r.pick(['break', 'continue'])}${label && r.chance(0.7) ? ` ${label}` : ''};`
        : '';
    const inside = () => `${this.fixed(i, d)}${leave()}`;
    const note = `console.log(${i});`;
    const text = r.pick([
      () => `for (let ${i} = 0;${C} ${i} < ${n};${C} ${i}++) ${C}{${note}${inside()} }`,
      () => `for (let ${i} = 0, end = ${n}; ${i} < end; ${i} += 1) ${C}${note}`,
      () => `for (const ${i} of ${C}${this.arr(d - 1)}.slice(0, 3)${C}) {${note}${inside()} }`,
      () => `for (const [${i}, value = 1] of Object.entries(${this.obj(d - 1)})) {${note} console.log(typeof value); }`,
      () => `for (const ${i} in ${C}${this.obj(d - 1)}) ${C}{${note} }`,
      () => `for (const ${i} of 'ab') ${C}${note}`,
      () => `{ let ${i} = ${n}; ${inner()}while (${C}${i}-- > 0${C}) ${C}{${note}${leave()} } }`,
      () => `{ let ${i} = ${n}; do ${C}{${note} } while (${C}--${i} > 0); }`,
      () =>
        `{ const fs: (() => number)[] = []; for (let ${i} = 0; ${i} < 3; ${i}++) fs.push(() => ${C}${i}); console.log(fs.map((f) => f())); }`,
      () => `for (let ${i} = 0; ${i} < 2; ${i}++) for (let j = 0; j < 2; j++) ${C}{ if (j === 1) continue; ${note} }`,
    ])();
    return head + text;
  }

  /** A body of a loop whose variable must not be assigned. */
  private fixed(i: string, d: number): string {
    const before = this.inner.length;
    this.inner.push({ name: i, kind: 'num', assignable: false });
    const text = this.body(d - 1);
    this.inner.length = before;
    return text;
  }

  private tryStatement(d: number): string {
    const r = this.random;
    const thrown = r.pick([
      () => `throw ${I}new Error(${this.str(d - 1)});`,
      () => `throw ${this.num(d - 1)};`,
      () => `(null as any).x;`,
      () => `((u: any) => u())(null);`,
      () => `JSON.parse('{');`,
      () => `new (class A { constructor() { throw new RangeError('r') } })();`,
      () => '',
    ])();
    const catcher = r.pick([
      () =>
        `catch (e${I}: unknown) ${C}{ console.log(e instanceof Error ? e.name + ': ' + e.message : e);${this.body(d - 1)} }`,
      () => `catch ${C}{ console.log('caught'); }`,
      () => `catch ({ message = 'none' }: any) { console.log(message); }`,
    ])();
    const last = r.chance(0.4) ? ` finally ${C}{ console.log('finally');${this.body(d - 1)} }` : '';
    return `try ${C}{${this.body(d - 1)} ${thrown} } ${catcher}${last}`;
  }

  /** Any value. */
  any(d: number): string {
    return this.random.pick([
      () => this.num(d),
      () => this.str(d),
      () => this.bool(d),
      () => this.arr(d),
      () => this.obj(d),
      () => `[${this.num(d)}, ${this.str(d)}]`,
      () => `(${this.arrow(d)})`,
      () => `${this.str(d)}, ${this.num(d)}`,
    ])();
  }

  // ---- parts: statements of the top level

  private part(): string {
    const r = this.random;
    const d = 2;
    const end = () => r.pick([';', ';', '', ';;', ' ;', `;${C}`]);
    const keyword = () => r.pick(['let', 'const', 'var']);
    const choices: (() => string)[] = [
      () => this.declare('num', (n) => `${r.pick(['let', 'var'])} ${n}${I}: number${I} =${C} ${this.num(d)}${end()}`),
      () => this.declare('num', (n) => `const${I} ${n} = ${C}${this.num(d)}${end()}`, false),
      () => this.declare('str', (n) => `${keyword()} ${n} = ${this.str(d)}${end()}`, false),
      () => this.declare('arr', (n) => `${keyword()} ${n}: any[] = ${this.arr(d)}${end()}`, false),
      () => this.declare('obj', (n) => `${keyword()} ${n}: any = ${this.obj(d)}${end()}`, false),
      () => this.declare('fn', (n) => `${keyword()} ${n}${I}: any${I} = ${C}${this.arrow(d)}${end()}`),
      () =>
        this.declare(
          'fn',
          (n) =>
            `${keyword()} ${n} =${C} function ${I}named(q: number): any { return q <= 3 && q > -9 ? named(q + 1) : q }${end()}`,
          false,
        ),
      () => this.declare('curried', (n) => `${keyword()} ${n}: any = ${C}${this.curry(d)}${end()}`),
      () => this.declare('curried', (n) => `let ${n}: any;${C} ${n} = ${C}${this.curry(d)}${end()}`),
      () => this.declare('fn', (n) => `let ${n}: any; ${n} ${r.pick(['=', '??=', '||='])} ${this.arrow(d)}${end()}`),
      () => this.assignment(d, end),
      () => this.assignment(d, end),
      () => this.pattern(d),
      () => this.pattern(d),
      () => this.functionDeclaration(d),
      () => this.functionDeclaration(d),
      () => this.classDeclaration(),
      () => this.classDeclaration(),
      () => this.enumDeclaration(),
      () => this.namespaceDeclaration(d),
      () => this.statement(3),
      () => this.statement(3),
      () => this.loopStatement(3),
      () => this.tryStatement(3),
      () => this.types(),
      () => this.varInBlock(d),
      () => `console.log(${C}${this.any(d)}${C})${end()}`,
      () => `console.log(${this.any(d)}), ${C}console.error(${this.str(1)})${end()}`,
      () => this.iife(d, end),
      () => this.iife(d, end),
      () => this.asynchronous(d, end),
      () => this.asynchronous(d, end),
      () => this.declare('map', (n) => `const ${n} = new Map<string, any>([['k', ${this.num(d)}]])${end()}`, false),
      () => `{${C}${this.body(3)} }`,
      () => `if (${this.bool(2)}) { var ${this.hoisted()} = ${this.num(1)}; }`,
      () => this.declare('num', (n) => `export const ${n} = ${this.num(d)}${end()}`, false),
      () => `${this.num(d)}${end()}`,
      () => `(${this.any(d)})${end()}`,
    ];
    const text = r.pick(choices)();
    return r.chance(0.15) ? `${r.pick(LINE)}${text}` : text;
  }

  /** A `var` that may stay undefined. */
  private hoisted(): string {
    const name = `h${this.count++}${this.tag}`;
    this.names.push({ name, kind: 'async', assignable: false });
    return name;
  }

  private uncaught(d: number): string {
    return this.random.pick([
      () => `throw${I} new TypeError(${this.str(d)});`,
      () => `(null as any).missing;`,
      () => `await Promise.reject(new RangeError(${this.str(1)}));`,
      () => `(() => { throw new Error('inside') })();`,
      () => {
        const name = `Mine${this.count++}${this.tag}`;
        this.names.push({ name, kind: 'async', assignable: false });
        return `class ${name} extends Error { override name = 'Mine' } throw new ${name}(${this.str(1)})`;
      },
      () => `((u: any) => u())(null);`,
    ])();
  }

  private assignment(d: number, end: () => string): string {
    const r = this.random;
    const o = this.name('obj');
    const choices: (() => string)[] = [() => `console.log(${this.any(d)})${end()}`];
    if (o !== undefined)
      choices.push(
        () => `${o}.m${C} = ${C}${this.curry(d)}${end()}`,
        () => `${o}['k']${I} ??= ${C}${this.curry(d)}${end()}`,
        () => `${o}.h = ${this.arrow(d)}${end()}`,
        () => `${o}.n = async (z: any) => ${C}async () => ${C}z${end()}`,
        () =>
          `${o}.three = (x: any) => ${C}(y: any) => (z: any) => ${C}x + y + z;${C} console.log(${o}.three(1)(2)(3))`,
        () => `${o}.a${C} = ${this.num(d)}${end()}`,
        () => `delete ${o}.zz${end()}`,
        () => `Object.assign(${o}, { s: ${this.str(d)} })${end()}`,
      );
    const targets = this.names.filter((n) => n.kind === 'num' && n.assignable);
    if (targets.length) {
      const t = r.pick(targets).name;
      choices.push(
        () => `${t}${C} = ${C}${this.num(d)}${end()}`,
        () => `${t}++${end()}`,
        () => `${t} ${r.pick(['+=', '-=', '**='])} ${this.num(d)}${end()}`,
        () => `[${t} = 3] = [${this.num(d)}]${end()}`,
        () => `({ a: ${t} } = ${this.obj(d)})${end()}`,
      );
    }
    return r.pick(choices)();
  }

  private pattern(d: number): string {
    const r = this.random;
    const keyword = r.pick(['let', 'const', 'var']);
    return r.pick([
      () =>
        this.declare(
          'num',
          (a) =>
            this.declare(
              'obj',
              (b) => `${keyword} {${C} a: ${a} = 5, b: ${b}${C}, ...${this.hoisted()} }: any = ${C}${this.obj(d)};`,
              false,
            ),
          false,
        ),
      () =>
        this.declare(
          'num',
          (a) =>
            this.declare('num', (b) => `${keyword} [${a},${C} , ${b} = ${this.num(1)}]: any = ${this.arr(d)};`, false),
          false,
        ),
      () =>
        this.declare(
          'num',
          (a) =>
            this.declare('arr', (b) => `${keyword} [${a} = ${this.num(1)}, ...${b}] = ${C}[...${this.arr(d)}];`, false),
          false,
        ),
      () =>
        this.declare('num', (a) => `${keyword} { b: { c: ${a} = ${this.num(1)} } = {} }: any = ${this.obj(d)};`, false),
      () =>
        this.declare(
          'num',
          (a) => this.declare('num', (b) => `${keyword} ${a} = ${this.num(d)},${C} ${b} = ${a}${C} + 1;`, false),
          false,
        ),
      () =>
        this.declare(
          'num',
          (a) =>
            this.declare(
              'str',
              (b) =>
                `${keyword} ${a}: number = ${this.num(d)}, { length: ${this.hoisted()} } = 'abc', ${b} = ${this.str(1)};`,
              false,
            ),
          false,
        ),
      () => this.declare('num', (a) => `${keyword} { ['a']: ${a} }: any = ${this.obj(d)};`, false),
    ])();
  }

  private functionDeclaration(d: number): string {
    const r = this.random;
    const inner = (head: (name: string, p: string) => string, kind: Kind = 'fn') =>
      this.declare(kind, (n) => this.local('p', 'num', (p) => head(n, p)), false);
    return r.pick([
      () =>
        inner(
          (n, p) =>
            `function ${I}${n}${I}(${C}${p}: number${C})${I}: number${C} {${C}${this.body(2)} return ${this.num(d)};${C} }`,
        ),
      () =>
        inner(
          (n, p) =>
            `function ${n}(${p} = ${this.num(1)}, ...rest: number[]) {${this.body(2)} return ${this.num(d)} + rest.length }`,
        ),
      () => inner((n, p) => `function ${n}({ v = 1 }: any = {}, ${p} = v) { return ${this.num(d)} }`),
      () =>
        inner(
          (n, p) =>
            `function ${n}(${p}: string): number;${C} function ${n}(${p}: number): number;${C} function ${n}(${p}: any): any { return ${this.num(d)} }`,
        ),
      () => inner((n, p) => `export function ${n}<T>(${p}: T & any) {${C} 'use strict'; return ${this.num(d)} }`),
      () =>
        inner(
          (n, p) =>
            `function ${n}(${p}: number): any { if (!(${p} <= 3 && ${p} > -9)) return ${p};${C} return ${n}(${p} + 1) }`,
        ),
      () =>
        inner(
          (n, p) =>
            `function* ${n}(${p}: number) {${C} for (let i = 0; i < ${p}; i++) yield i;${C} const got = yield* [${this.num(1)}]; }`,
          'gen',
        ),
      () =>
        inner((n, p) => `async${I} function ${I}${n}(${p}: number) {${C} await null; return ${this.num(d)} }`, 'async'),
      () => inner((n, p) => `async function* ${n}(${p}: number) { yield ${p}; yield await ${this.num(1)} }`, 'async'),
    ])();
  }

  classDeclaration(): string {
    const r = this.random;
    const base = this.name('class');
    return this.declare(
      'class',
      (n) => {
        const members = [
          () => `static readonly first = ${this.num(1)};`,
          () => `static readonly second =${C} ${n}.made + 1;`,
          () => `static ${C}{ ${n}.made += ${r.int(1, 5)};${C} console.log('static', this === ${n}) }`,
          () => `static readonly unit: any = new ${n}(${r.int(0, 5)});`,
          () => `static #count = 0;${C} static next() { return ++${n}.#count }`,
          () =>
            `#secret = ${this.num(1)};${C} get secret() { return this.#secret }${C} set secret(v: number) { this.#secret = v }`,
          () => `is(o: unknown) { return o instanceof ${n} && #tag in (o as object) }${C} #tag = 1;`,
          () => `clone() { return new ${n}(this.x) }`,
          () => `arrow = (v: number) => ${C}v + this.x;`,
          () => `curried = (v: number) => ${C}(w: number) => ${C}v + w + this.x;`,
          () => `['comp' + 'uted']${C}() { return ${this.num(1)} }`,
          () => `static async later() { await null; return ${n}.made }`,
          () => `*[Symbol.iterator]() { yield this.x }`,
          () => `declare ghost: string;`,
          () => `private hidden?: number;`,
          () => `protected readonly p${I}!: number;`,
          () => `accessor acc = ${this.num(1)};`,
          () => `overloaded(a: string): void; overloaded(a: number): void; overloaded(a: any) { return a }`,
          () => `[key: string]: any;`,
          () => `static self = () => ${C}${n};`,
        ];
        const body: string[] = [];
        for (let i = r.int(0, 4); i > 0; i--) {
          const at = r.int(0, members.length - 1);
          body.push(`${members.splice(at, 1)[0]!()}${C}`);
        }
        const extended = base !== undefined && r.chance(0.4) ? base : undefined;
        const constructor = extended
          ? r.pick(['', `constructor(x: number) {${C} super(x + 1) }`])
          : r.pick([
              `x: number;${C} constructor(x: number) { this.x = x }`,
              `constructor(public${I} x: number,${C} readonly y = 2) {}`,
              `constructor(readonly x: number) {${C} ${this.bool(0)} && console.log('made') }`,
            ]);
        const head = r.pick(['', '', 'export ', 'abstract ']);
        const ext = extended ? ` extends${C} ${extended}` : '';
        // An abstract class can be made with new at run time
        const imp = r.chance(0.2) ? ` implements ${I}Object` : '';
        return `${head}class ${I}${n}${ext}${imp} {${C} static made${I}: number = ${this.num(1)};${C} ${constructor}${C} get() { return this.x }${C} ${body.join(' ')}}`;
      },
      false,
    );
  }

  enumDeclaration(): string {
    const r = this.random;
    return this.declare(
      'enum',
      (n) =>
        r.pick([
          () => `enum ${n} {${C} A, B = ${r.int(2, 5)},${C} C }`,
          () => `enum ${n} { A = 1 << 2,${C} B = A | 1, C = 'text'.length }`,
          () => `export enum ${n} { A = ${r.int(0, 9)}, B, 'C-d' = 7 }`,
          () => `const enum ${I}${n} { A = 3,${C} B = A * 2 }`,
          () => `enum ${n} { A = 1, B }${C} enum ${n} { C = 5 }`,
          () => `enum ${n} { A = 1, B }${C} namespace ${n} { export const twice = (e: number) => ${C}e * 2 }`,
        ])(),
      false,
    );
  }

  private namespaceDeclaration(d: number): string {
    const r = this.random;
    return this.declare(
      'space',
      (n) =>
        r.pick([
          () =>
            `namespace ${I}${n} {${C} export const value = ${this.num(d)};${C} export function twice(v: number) { return v * 2 } }`,
          () =>
            `namespace ${n} { export let value = 1; value += 2;${C} export const twice = (v: number) => ${C}v * value }`,
          () =>
            `namespace ${n} { export const value = 4 }${C} namespace ${n} { export const twice = (v: number) => v * value }`,
          () =>
            `export namespace ${n} { export namespace Inner { export const deep = ${this.num(1)} }${C} export const value = Inner.deep; export class K {} export const twice = (v: number) => v + v }`,
        ])(),
      false,
    );
  }

  private types(): string {
    const t = `T${this.count++}${this.tag}`;
    return this.random.pick([
      `interface ${I}${t} {${C} a: number; f(x: number): void; (y: string): number }`,
      `type ${t}${I}<A = number> =${C} { [K in keyof A]?: A[K] } | ((x: A) => ${C}void);`,
      `declare const ${t}: number;`,
      `declare function ${t}(a: number): void;`,
      `declare class ${t} { m(): void }`,
      `export type ${t} = typeof globalThis;`,
      `declare global { interface ${t} {} }`,
      `declare namespace ${t} { const x: number }`,
      `declare module '${t}' { export const y: number }`,
      `export interface ${t} { readonly [key: string]: unknown }`,
      `abstract class ${t} {${C} abstract m(): void;${C} protected abstract readonly v: number }`,
      `export {};`,
    ]);
  }

  private varInBlock(d: number): string {
    const r = this.random;
    return r.pick([
      () =>
        this.declare('num', (n) => `for (var ${n} = 0; ${n} < ${r.int(0, 3)}; ${n}++) ${C}console.log(${n});`, false),
      () =>
        this.declare(
          'num',
          (n) => `for (var ${n} of [${this.num(1)}, ${this.num(1)}]) {${C} console.log(${n}) }`,
          false,
        ),
      () => this.declare('str', (n) => `for (var ${n} in ${this.parens(this.obj(1))}) ;`, false),
      () => this.declare('num', (n) => `{ var ${n} = ${this.num(d)};${C} }`, false),
      () =>
        this.declare('num', (n) => `try { var ${n}: number = ${this.num(d)} } finally { console.log(${n}) }`, false),
      () => this.declare('num', (n) => `switch (1) { case 1: var [${n}] = [${this.num(d)}]; }`, false),
      () => this.declare('num', (n) => `for (var { a: ${n} } of [${this.obj(1)}]);`, false),
    ])();
  }

  private iife(d: number, end: () => string): string {
    const r = this.random;
    const o = this.name(r.pick(['obj', 'arr', 'num', 'str', 'class', 'fn'] as const));
    const arg = o ?? '[1]';
    return `;${r.pick([
      () => `((c: any)${I} => ${C}console.log(typeof c, c === ${arg}))(${C}${arg} ||${C} { lr: 1 })`,
      () => `((c: any) => {${C} console.log(typeof c);${this.body(2)} })(${arg} || (${arg} as any))`,
      () => `(async (c: any) => { console.log(typeof c) })(${arg} || {})`,
      () => `((c: any = 1) => console.log(typeof c))(${arg} ?? {})`,
      () => `(function (this: any) {${C}${this.body(2)} console.log(this === undefined) })()`,
      () => `(() => ${C}{${this.body(2)} })()`,
      () => `!function (c: any) { console.log(typeof c) }(${arg} || {})`,
      () => `void ${I}(() => { console.log(${this.num(d)}) })()`,
      () => `((a: any, b: any) => console.log(a === b))(${arg} || 1, ${arg} || 2)`,
    ])()}${end()}`;
  }

  private asynchronous(d: number, end: () => string): string {
    const r = this.random;
    return r.pick([
      () => this.declare('num', (n) => `const ${n} = await${I} ${this.num(d)}${end()}`, false),
      () => `await${C} (async () => {${C}${this.body(2)} await null; console.log('later') })()${end()}`,
      () => `for await (const x of [${this.num(1)}, Promise.resolve(2)]) ${C}console.log(x);`,
      () => `for await (const x of (async function* () { yield 1; yield ${this.num(1)} })()) {${C} console.log(x) }`,
      () => `console.log(await Promise.all([1, 2].map(async (x) => ${C}x * 2)))${end()}`,
      () => this.declare('num', (n) => `const { a: ${n} }: any = await Promise.resolve(${this.obj(d)})${end()}`, false),
      () => `await new Promise<void>((done) => ${C}setTimeout(() => ${C}{ console.log('timer'); done() }, 0));`,
      () => `{ await using r = { async [Symbol.asyncDispose]() { console.log('gone') } };${C} console.log('has') }`,
      () => `if (await ${this.bool(1)}) { console.log('yes') }`,
      () => `try { await Promise.reject(new Error('no')) } catch (e: any) { console.log(e.message) }`,
    ])();
  }

  /** A part that uses functions of later parts. */
  private usesLater(): string {
    const n = `later${this.count++}${this.tag}`;
    const m = `gen${this.count++}${this.tag}`;
    this.names.push({ name: n, kind: 'async', assignable: false }, { name: m, kind: 'async', assignable: false });
    this.later.push(
      `${this.random.pick(['', 'export '])}function ${I}${n}(v: number) {${C} return v * 2 }`,
      `function* ${m}() { yield 1 }`,
    );
    return `console.log(${n}(${this.random.int(0, 9)}), [...${m}()]);`;
  }
}
