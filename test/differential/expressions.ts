// Random expressions: numbers, texts, arrays, objects and functions.
import { C, I, Names, type Kind } from './names.ts';

export abstract class Expressions extends Names {
  /** Statements of a function's or a block's body. */
  protected abstract body(d: number): string;

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
  protected local(base: string, kind: Kind, make: (name: string) => string): string {
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

  protected parens(text: string): string {
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

  protected arrowBlock(d: number): string {
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

  /** Any one value. */
  any1(): string {
    return this.random.pick([() => this.num(1), () => this.str(1), () => this.arr(1), () => this.bool(1)])();
  }
}
