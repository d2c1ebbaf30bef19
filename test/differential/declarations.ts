// Random declarations of the top level: patterns, functions, classes, enums, namespaces, types.
import { C, I, type Kind } from './names.ts';
import { Statements } from './statements.ts';

export abstract class Declarations extends Statements {
  /** A `var` that may stay undefined. */
  protected hoisted(): string {
    const name = `h${this.count++}${this.tag}`;
    this.names.push({ name, kind: 'async', assignable: false });
    return name;
  }

  protected pattern(d: number): string {
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

  protected functionDeclaration(d: number): string {
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

  protected namespaceDeclaration(d: number): string {
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

  protected types(): string {
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

  protected varInBlock(d: number): string {
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
}
