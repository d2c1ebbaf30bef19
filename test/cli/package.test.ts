// The package for each platform: its native programs and no others, its README with pictures, and the licenses of all
// its contents.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { thirdPartyNotices } from '../notices.mts';
import {
  buildForPackage,
  OP_KERNELS,
  packageExtension,
  stageExtension,
  targets,
  withOwnPictures,
  type Build,
} from '../package.mts';
import { root } from '../paths.ts';

let build: Build;
beforeAll(() => {
  build = buildForPackage();
}, 300_000);

const dawn: Record<string, string[]> = {
  'linux-x64': ['dawn.node'],
  'linux-arm64': ['dawn.node'],
  'darwin-x64': ['dawn.node'],
  'darwin-arm64': ['dawn.node'],
  'win32-x64': [
    'd3dcompiler_47.dll',
    'dawn.node',
    'dxcompiler-LICENSE.TXT',
    'dxcompiler-ThirdPartyNotices.txt',
    'dxcompiler.dll',
  ],
};
dawn['win32-arm64'] = dawn['win32-x64']!;

/** npm packages that are part of every .vsix: at least one for each program, and those that esbuild does not bundle. */
const bundled = [
  // extension.js and cli.js
  'import-meta-resolve',
  'markdown-it',
  // the fonts of formulas in exported pages
  'katex',
  // kernel.js
  'acorn',
  'magic-string',
  '@babel/code-frame',
  // tf.js
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-layers',
  '@tensorflow/tfjs-backend-webgpu',
  // the renderers; the color tables are computed by d3-scale-chromatic
  '@dagrejs/dagre',
  'd3-scale-chromatic',
  'plotly.js-cartesian-dist-min',
  'plotly.js-gl3d-dist-min',
  'vega',
  'vega-lite',
  'vega-interpreter',
  // the op kernels' standard library, and the program that strips types
  'assemblyscript',
  'esbuild',
];

describe.each(targets)('%s', (target) => {
  it('holds the programs of its platform', () => {
    const dist = path.join(stageExtension(target, build), 'dist');
    const [system, processor] = target.split('-') as [string, string];
    const is = { system: system === 'alpine' ? 'linux' : system, processor };
    const programs = filesBelow(dist).filter((f) => machineOf(path.join(dist, f)));
    for (const file of programs) expect(machineOf(path.join(dist, file))).toContainEqual(is);

    const esbuild = system === 'win32' ? 'esbuild/esbuild.exe' : 'esbuild/esbuild';
    const typescript = system === 'win32' ? 'typescript/lib/tsc.exe' : 'typescript/lib/tsc';
    const libraries = (dawn[target] ?? []).map((name) => `dawn/${name}`);
    expect(programs).toEqual(
      [
        ...libraries.filter((f) => /\.(node|dll)$/.test(f)),
        ...(target === 'universal' ? [] : [esbuild, typescript]),
      ].sort(),
    );
    expect(filesBelow(dist).filter((f) => f.startsWith('dawn'))).toEqual(libraries);
    expect(existsSync(path.join(dist, 'node_modules/esbuild/esbuild.wasm'))).toBe(target === 'universal');
    expect(readdirSync(path.join(dist, 'wasm')).filter((name) => name.endsWith('.wasm'))).toEqual(OP_KERNELS);

    const notices = readFileSync(path.join(dist, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
    expect(notices.includes('The Dawn & Tint Authors')).toBe(target in dawn);
    expect(/^@typescript\/typescript-\S+ \d/m.test(notices)).toBe(target !== 'universal');
    expect(notices.includes('LLVM Release License')).toBe(system === 'win32');
    for (const name of bundled) expect(notices).toMatch(new RegExp(`^${name} \\d\\S+ \\(.+\\)$`, 'm'));
    // Megabytes without Dawn, esbuild and TypeScript, which are 10 to 50 each, and the declarations that it reads
    const rest = filesBelow(dist).filter((f) => !/^(dawn|esbuild|types|typescript|node_modules)\//.test(f));
    const types = filesBelow(dist).filter((f) => f.startsWith('types/'));
    expect(types.length > 0).toBe(target !== 'universal');
    const megabytes = (files: string[]) => files.reduce((sum, f) => sum + statSync(path.join(dist, f)).size, 0) / 1e6;
    // 4 of them draw the pictures of outputs: a rasterizer, a font, Vega
    expect(megabytes(rest)).toBeLessThan(15);
    expect(megabytes(types)).toBeLessThan(7);
    expect(megabytes(libraries)).toBeLessThan(system === 'win32' ? 45 : 23);
  });
});

describe('the third-party notices', () => {
  it('name every package that a file of the build is from, with its license', () => {
    const notices = thirdPartyNotices(root, build.inputs);
    const packages = new Set(
      build.inputs.flatMap(
        (file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file.replaceAll('\\', '/'))?.[1] ?? [],
      ),
    );
    expect(packages.size).toBeGreaterThan(40);
    const missing = [...packages].filter((name) => !notices.includes(`\n${name} `));
    expect(missing).toEqual([]);
    expect(notices).not.toMatch(/^\S+ \d\S* \(see below\)$/m);
  });

  it('hold the texts of what programs contain without naming it in a package', () => {
    const notices = thirdPartyNotices(root, build.inputs);
    expect(notices).toContain('The Go Authors');
    expect(notices).toContain('musl libc');
  });
});

describe('the packaged README', () => {
  const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
  const packaged = withOwnPictures(readme);

  it('holds its pictures, byte for byte', () => {
    const pictures = [...readme.matchAll(/!\[[^\]]*\]\((.+?)\)/g)].map((m) => readFileSync(path.join(root, m[1]!)));
    const held = [...packaged.matchAll(/!\[[^\]]*\]\(data:image\/png;base64,(.+?)\)/g)];
    expect(pictures.length).toBeGreaterThan(0);
    expect(held.map((m) => Buffer.from(m[1]!, 'base64').equals(pictures.shift()!))).toEqual(held.map(() => true));
    expect(pictures).toEqual([]);
  });

  it('links to nothing that the package does not hold', () => {
    const targets = [...packaged.matchAll(/\]\((.+?)\)/g)].map((m) => m[1]!.slice(0, 11));
    expect(targets.filter((target) => !/^(https:|data:image|#)/.test(target))).toEqual([]);
  });
});

it('names no repository, home page or issue tracker while there is none', () => {
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as object;
  for (const field of ['repository', 'homepage', 'bugs']) expect(manifest).not.toHaveProperty(field);
});

it('is packed whole', async () => {
  const vsix = await packageExtension('universal', build);
  const packed = zipEntries(readFileSync(vsix)).map((name) => name.replace(/^extension\//, ''));
  // vsce gives some of the texts names of its own
  const staged = filesBelow(path.join(path.dirname(vsix), 'package/universal')).filter((f) => f.includes('/'));
  expect(packed).toEqual(expect.arrayContaining(staged));
  expect(packed.map((name) => name.toLowerCase())).toEqual(
    expect.arrayContaining(['readme.md', 'changelog.md', 'license.txt', 'dist/third-party-notices.txt']),
  );
  // One of them is the pictures in README.md and the notebooks of the course
  expect(statSync(vsix).size / 1e6).toBeLessThan(11);
});

/** Paths below a folder, with slashes, in order. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((f) => f.isFile())
    .map((f) => path.relative(folder, path.join(f.parentPath, f.name)).replaceAll('\\', '/'))
    .sort();
}

interface Machine {
  system: string;
  processor: string;
}

/** The machines that a native program runs on, by its header (ELF, Mach-O, PE); undefined for other files. */
function machineOf(file: string): Machine[] | undefined {
  const head = readFileSync(file).subarray(0, 4096);
  if (head.length < 64) return undefined;
  const of = (system: string, names: Record<number, string>, ...found: number[]) =>
    found.map((n) => ({ system, processor: names[n] ?? `0x${n.toString(16)}` }));
  if (head.readUInt32BE() === 0x7f454c46)
    return of('linux', { 62: 'x64', 183: 'arm64', 40: 'armhf' }, head.readUInt16LE(18));
  const apple = { 0x01000007: 'x64', 0x0100000c: 'arm64' };
  if (head.readUInt32LE() === 0xfeedfacf) return of('darwin', apple, head.readUInt32LE(4));
  if (head.readUInt32BE() === 0xcafebabe)
    return Array.from({ length: head.readUInt32BE(4) }, (_, i) =>
      of('darwin', apple, head.readUInt32BE(8 + 20 * i)),
    ).flat();
  if (head.toString('latin1', 0, 2) !== 'MZ') return undefined;
  return of('win32', { 0x8664: 'x64', 0xaa64: 'arm64' }, head.readUInt16LE(head.readUInt32LE(0x3c) + 4));
}

/** The names in a zip archive, by its central directory. */
function zipEntries(zip: Buffer): string[] {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  const names: string[] = [];
  for (let at = zip.readUInt32LE(end + 16), n = zip.readUInt16LE(end + 10); n > 0; n--) {
    const [name, extra, comment] = [28, 30, 32].map((field) => zip.readUInt16LE(at + field)) as [
      number,
      number,
      number,
    ];
    names.push(zip.toString('utf8', at + 46, at + 46 + name));
    at += 46 + name + extra + comment;
  }
  return names;
}
