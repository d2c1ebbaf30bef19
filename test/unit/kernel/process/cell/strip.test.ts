// TypeScript to JavaScript: what stays, what goes, and where a syntax error is.
import { expect, it } from 'vitest';
import { strip, type StripOptions } from '../../../../../kernel/process/cell/strip.ts';

const code = async (text: string, options: Partial<StripOptions> = {}): Promise<string> =>
  (await strip(text, { loader: 'ts', script: 'dlnb-cell:/a/1', keepImports: true, ...options })).code;

it('keeps what runs and drops what only the compiler needs', async () => {
  expect(await code('const a: number = 1;\ntype T = string;\ninterface I {}\n')).toBe('const a = 1;\n');
  expect(await code('export const f = <T,>(x: T) => x as unknown;')).toBe('export const f = (x) => x;\n');
});

it('keeps unused imports for cells, whose names later cells may use, and drops them for modules', async () => {
  const text = "import { a, type B } from 'x';\n";
  expect(await code(text)).toBe('import { a } from "x";\n');
  expect(await code(text, { keepImports: false })).toBe('');
});

it('leaves top-level await and private fields to V8, and lowers decorators and `using`', async () => {
  expect(await code('await p;')).toBe('await p;\n');
  expect(await code('class A { #x = 1; }')).toContain('#x = 1');
  expect(await code('using r = f();')).not.toContain('using r');
  expect(await code('@dec class A {}')).not.toContain('@dec');
});

it('reads JSX by the loader, with the factory of tsconfig.json', async () => {
  const options = { loader: 'tsx', compilerOptions: { jsx: 'react', jsxFactory: 'h' } } as const;
  expect(await code('<p>{1}</p>;', options)).toContain('h("p", null, 1)');
});

it('follows only the compiler options that change what code means', async () => {
  const text = 'class A { @dec m() {} }';
  const legacy = { compilerOptions: { experimentalDecorators: true } };
  expect(await code(text, legacy)).toContain('__decorateClass');
  expect(await code(text)).not.toContain('__decorateClass');
  // `target` is the kernel's own
  expect(await code('a ?? b;', { compilerOptions: { target: 'es5' } })).toBe('a ?? b;\n');
});

it('places an error as typed, counted in characters and not in bytes', async () => {
  const error = { name: 'SyntaxError', line: 2, column: 7, script: 'dlnb-cell:/a/1', code: '1;\n"äöü" é é' };
  await expect(code(error.code)).rejects.toMatchObject(error);
});

it('refuses to assign a constant, which would not throw once names are session variables', async () => {
  await expect(code('const a = 1;\na++;')).rejects.toMatchObject({
    message: 'Assignment to constant variable a',
    line: 2,
    column: 1,
  });
});
