// What is left of functions and classes when their types are taken out: everything else, comments and spaces too.
import { parse, parseExpression } from '@babel/parser';
import { describe, expect, it } from 'vitest';
import { eraseTypes, type TypedNode } from '../../../../../kernel/process/cell/erase.ts';

const erased = (code: string): string | undefined => {
  const plugins = ['typescript', 'decorators', 'decoratorAutoAccessors', 'explicitResourceManagement'] as const;
  const options = { plugins: [...plugins] };
  const isStatement = code.startsWith('abstract');
  const node = isStatement ? parse(code, options).program.body[0] : parseExpression(code, options);
  return eraseTypes(code, node as TypedNode);
};

const table: [typed: string, text: string][] = [
  ['(x) => x /* => */ * 2', '(x) => x /* => */ * 2'],
  ['async (a: number, b?: string, ...c: any[]): Promise<number> => a', 'async (a, b, ...c) => a'],
  ['<T extends object,>(x: T) => x', '(x) => x'],
  ['function f(this: Window, a = 1 as number, { b }: { b: 1 }) {}', 'function f(a = 1, { b }) {}'],
  ['function f(this: Window) {}', 'function f() {}'],
  ['function (a?) { return a!.b as unknown as any }', 'function (a) { return a.b }'],
  ['(v) => (v as any).x satisfies unknown', '(v) => (v).x'],
  ['() => ({ a: 1 } as const)', '() => ({ a: 1 })'],
  ['() => { const x = y as any\n  [1].z }', '() => { const x = y;\n  [1].z }'],
  [
    '() => { type T = 1; interface I {} let x!: T; declare const q: 1; return new Map<T, I>() }',
    '() => { let x; return new Map() }',
  ],
  ['() => <any>x', '() => x'],
  ['(x): x is string => true', '(x) => true'],
  ['() => { try {} catch (e: unknown) {} f<T>(1); g<T>`x` }', '() => { try {} catch (e) {} f(1); g`x` }'],
  ['() => a ? (b) : c', '() => a ? (b) : c'],
  [
    'abstract class A<T> extends B<T> implements C, D<T> { private static readonly a?: T = 1; declare b: T; #c!: T; [k: string]: any; abstract d(): void; protected override e?(x: T): void; public f(): T { return 1 } }',
    'class A extends B { static a = 1; #c; f() { return 1 } }',
  ],
  [
    'class { constructor(a: number); constructor(a: any) {} get x(): number { return 1 } async *[k]<T>(): any {} }',
    'class { constructor(a) {} get x() { return 1 } async *[k]() {} }',
  ],
];

describe('types go', () => {
  it.each(table)('%s', (typed, text) => expect(erased(typed)).toBe(text));
});

describe('what must be compiled is not erased', () => {
  it.each([
    'class { constructor(private a: number) {} }',
    'class { @d m() {} }',
    'class { accessor a = 1 }',
    '() => { enum E { A } }',
    '() => { using r = f() }',
    '() => <any>{ a: 1 }',
  ])('%s', (typed) => expect(erased(typed)).toBeUndefined());
});
