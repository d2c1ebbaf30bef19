// Random TypeScript programs that a seed determines. They are valid, end soon, depend on nothing outside themselves
// and print what they compute. A program is a list of parts: each can be a cell of its own, which uses only names of
// earlier parts.
import { Declarations } from './declarations.ts';
import { C, I, LINE } from './names.ts';

export interface Program {
  seed: number;
  /** The text of each part. All top-level names end with the tag. */
  parts: string[];
  /** All top-level names of values, with the tag. */
  names: string[];
  /** Whether parts use names of later parts, as function hoisting allows: such a program is one cell only. */
  whole: boolean;
}

/** Makes a program. `tag`: the end of all top-level names, an identifier part. */
export function makeProgram(seed: number, tag: string): Program {
  return new Generator(seed, tag).program();
}

export class Generator extends Declarations {
  private readonly later: string[] = [];

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
