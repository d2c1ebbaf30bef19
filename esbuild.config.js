// Builds the programs into dist/: the extension, the command line, the kernel, the tensor library with its op kernels,
// and the renderers. `node esbuild.config.js [--watch] [--production] [--outdir DIR] [--only=NAME,…] [--inputs FILE]`:
// with --inputs, FILE gets a JSON list of all files that went into dist/ (for the license notices).
const crypto = require('node:crypto');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { promisify } = require('node:util');
const esbuild = require('esbuild');
const acorn = require('acorn');
const walk = require('acorn-walk');
const renderers = require('./renderers/renderers.json');

const watch = process.argv.includes('--watch');
const production = process.argv.includes('--production');
const option = (name) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined);
const only = process.argv
  .find((a) => a.startsWith('--only='))
  ?.slice('--only='.length)
  .split(',');
const dist = path.resolve(__dirname, option('--outdir') ?? 'dist');
const inputs = new Set();

/** @type {import('esbuild').BuildOptions} */
const common = {
  absWorkingDir: __dirname,
  bundle: true,
  sourcemap: production ? false : 'linked',
  minify: production,
  keepNames: true,
  metafile: true,
  logLevel: 'info',
  legalComments: 'none',
  define: { DLNB_VERSION: JSON.stringify(require('./package.json').version) },
};
/** @type {import('esbuild').BuildOptions} */
const node = { ...common, platform: 'node', format: 'cjs', target: 'node20', mainFields: ['module', 'main'] };

/** @type {Record<string, import('esbuild').BuildOptions>} */
const programs = {
  // The language service is loaded behind the activation
  extension: {
    ...node,
    entryPoints: { extension: 'extension/main.ts', language: 'extension/language/index.ts' },
    outdir: dist,
    external: ['vscode'],
    plugins: [
      besides(/[/\\]language[/\\]index\.ts$/, './language.js'),
      besides(/[/\\]language[/\\]service\.ts$/, './language-service.js', 'import-statement'),
    ],
  },
  cli: {
    ...node,
    entryPoints: { cli: 'kernel/host/cli/index.ts' },
    outdir: dist,
    banner: { js: '#!/usr/bin/env node' },
    plugins: [besides(/[/\\]language[/\\]service\.ts$/, './language-service.js')],
  },
  'language-service': {
    ...node,
    keepNames: false,
    entryPoints: { 'language-service': 'kernel/language/service.ts' },
    outdir: dist,
  },
  kernel: {
    ...node,
    entryPoints: {
      kernel: 'kernel/process/main.ts',
      interrupter: 'kernel/process/cell/interrupter.ts',
      parser: 'kernel/process/cell/parser.ts',
      deep: 'kernel/process/cell/deep.ts',
    },
    outdir: dist,
    external: ['./tf.js', './decoders.js', './readers.js', './parquet.js'],
    plugins: [...readersAtFirstUse(), ...formatsAtFirstUse(), sealed()],
    write: false,
  },
  tf: {
    ...node,
    entryPoints: {
      tf: 'kernel/tensors/index.ts',
      'cpu-worker': 'kernel/tensors/backends/cpu/worker.ts',
    },
    outdir: dist,
    // What is drawn without a seed of its own follows that of the session
    inject: ['kernel/tensors/random-source.ts'],
    define: { ...node.define, 'Math.random': 'nextRandom' },
    minify: false,
    minifySyntax: production,
    minifyWhitespace: production,
    plugins: [
      replacedModules(),
      atFirstUse(/[/\\]formats[/\\]pixels\.ts$/, './decoders.js'),
      ...formatsAtFirstUse(),
      parsedJson(),
      withoutIdleNames(),
      sealed(),
    ],
    write: false,
    // tfjs asks for these in Node only to polyfill what Node has
    external: ['node-fetch', 'util', 'string_decoder', './decoders.js'],
    alias: { 'node-fetch': './kernel/tensors/replaced/node-fetch.ts' },
  },
  decoders: { ...node, keepNames: false, entryPoints: { decoders: 'kernel/tensors/decoders.ts' }, outdir: dist },
  readers: {
    ...node,
    keepNames: false,
    entryPoints: { readers: 'kernel/dlnb/data/files/readers.ts', parquet: 'kernel/dlnb/data/files/parquet-reader.ts' },
    outdir: dist,
  },
  // Models of other libraries
  formats: {
    ...node,
    entryPoints: { keras: 'kernel/formats/keras.ts', onnx: 'kernel/dlnb/nn/onnx/index.ts' },
    outdir: dist,
  },
  // The thread that makes batches ahead of a training
  batches: {
    ...node,
    entryPoints: { 'batch-worker': 'kernel/dlnb/data/batch-worker.ts' },
    outdir: dist,
    external: ['./decoders.js'],
    plugins: [atFirstUse(/[/\\]formats[/\\]pixels\.ts$/, './decoders.js')],
  },
  // VS Code's TypeScript server finds plugins in the folder node_modules of an extension, and calls what the module is
  'typescript-plugin': {
    ...node,
    entryPoints: { index: 'extension/typescript-plugin/main.ts' },
    outdir: path.join(dist, '../node_modules/dlnb-typescript-plugin'),
    footer: { js: 'module.exports = module.exports.default;' },
  },
  // The thread that makes pictures of outputs: the renderers' layout without their pages
  pictures: {
    ...node,
    entryPoints: { worker: 'kernel/pictures/worker.ts' },
    outdir: path.join(dist, 'pictures'),
    plugins: [
      precomputed(/[/\\]color-tables\.ts$/),
      besides(/[/\\]vega[/\\]library\.ts$/, '../renderers/vega-library.js'),
    ],
  },
  renderers: {
    ...common,
    keepNames: false,
    platform: 'browser',
    format: 'esm',
    // The thread that makes pictures loads Vega from there
    target: ['chrome128', 'node20'],
    minify: true,
    sourcemap: false,
    entryPoints: {
      ...Object.fromEntries(renderers.map(({ name }) => [name, `renderers/${name}/main.ts`])),
      'vega-library': 'renderers/vega/library.ts',
    },
    outdir: path.join(dist, 'renderers'),
    external: ['./plotly-cartesian.js', './plotly-gl3d.js'],
    plugins: [precomputed(/[/\\]color-tables\.ts$/)],
  },
};

/** Replaces modules of TensorFlow.js by those of kernel/tensors/replaced/, as its list modules.js says. */
function replacedModules() {
  const folder = path.join(__dirname, 'kernel/tensors/replaced');
  return {
    name: 'replaced-modules',
    setup(build) {
      for (const { module: filter, importer, by } of require(path.join(folder, 'modules.js')))
        build.onResolve({ filter }, (args) =>
          importer.test(args.importer.replaceAll('\\', '/')) ? { path: path.join(folder, by) } : undefined,
        );
    },
  };
}

/** Runs a module without side effects at build time and bundles its exports, without the libraries that it imports. */
function precomputed(filter) {
  return {
    name: 'precomputed',
    setup(build) {
      build.onLoad({ filter }, async ({ path: file }) => {
        const names = Object.entries(await evaluated(file));
        return {
          contents: names.map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`).join('\n'),
        };
      });
    },
  };
}

/** Loads the packages that a module imports, which are in a file of their own, when it first calls one's function. */
function atFirstUse(importer, file) {
  return {
    name: 'at-first-use',
    setup(build) {
      build.onResolve({ filter: /^[^.]/ }, ({ path: name, importer: from, resolveDir, kind }) =>
        importer.test(from) && kind === 'import-statement' && !/^(@tensorflow\/|node:)/.test(name)
          ? { path: name, namespace: `at-first-use ${file}`, pluginData: resolveDir }
          : undefined,
      );
      build.onLoad(
        { filter: /./, namespace: `at-first-use ${file}` },
        async ({ path: name, pluginData: resolveDir }) => {
          const functions = Object.keys(await import(name)).filter(
            (key) => /^[a-z]\w*$/i.test(key) && key !== 'default',
          );
          const library = `require(${JSON.stringify(file)})[${JSON.stringify(name)}]`;
          const forward = (f) => `export const ${f} = (...args) => ${library}.${f}(...args);`;
          return { contents: functions.map(forward).join('\n'), resolveDir };
        },
      );
    },
  };
}

/** The libraries that read files of data: each file of them is loaded when a cell first needs it. */
function readersAtFirstUse() {
  return [
    atFirstUse(/[/\\]formats[/\\]pixels\.ts$/, './decoders.js'),
    atFirstUse(/[/\\]files[/\\](csv|numpy)\.ts$/, './readers.js'),
    atFirstUse(/[/\\]files[/\\]parquet\.ts$/, './parquet.js'),
  ];
}

/** What reads and writes models of other libraries: each is loaded at the first such file. */
function formatsAtFirstUse() {
  return [besides(/[/\\]formats[/\\]keras\.ts$/, './keras.js'), besides(/[/\\]onnx[/\\]index\.ts$/, './onnx.js')];
}

/** Bundles JSON as text that is parsed: quicker to load than an expression of objects. */
function parsedJson() {
  return {
    name: 'parsed-json',
    setup(build) {
      build.onLoad({ filter: /[/\\]kernel[/\\].*\.json$/ }, ({ path: file }) => {
        const text = JSON.stringify(JSON.parse(fs.readFileSync(file, 'utf8')));
        return { contents: `export default JSON.parse(${JSON.stringify(text)});` };
      });
    },
  };
}

/** Leaves a module that is loaded by `import()` out of the bundle: it is the file `name` beside it. */
function besides(filter, name, how = 'dynamic-import') {
  return {
    name: 'besides',
    setup(build) {
      build.onResolve({ filter }, ({ kind }) => (kind === how ? { path: name, external: true } : undefined));
    },
  };
}

/** What a TypeScript module without side effects exports. */
async function evaluated(file) {
  const options = { entryPoints: [file], bundle: true, write: false, platform: 'node', format: 'cjs', metafile: true };
  const { outputFiles, metafile } = await esbuild.build({ ...options, absWorkingDir: __dirname });
  for (const input of Object.keys(metafile.inputs)) inputs.add(input);
  const module = { exports: {} };
  new Function('module', 'exports', outputFiles[0].text)(module, module.exports);
  return module.exports;
}

/**
 * Wraps a bundle in one function that takes the globals it uses as parameters. Cells run in the same realm: a cell's
 * `let Math = …` is in the script scope, which every script of the realm sees, but a parameter hides it.
 */
function sealed() {
  return {
    name: 'sealed',
    setup(build) {
      build.onEnd((result) => {
        for (const file of result.outputFiles ?? []) {
          fs.mkdirSync(path.dirname(file.path), { recursive: true });
          if (!file.path.endsWith('.js')) {
            fs.writeFileSync(file.path, file.contents);
            continue;
          }
          fs.writeFileSync(file.path, seal(file.text));
        }
      });
    },
  };
}

/**
 * Takes out what esbuild's option keepNames adds where it changes nothing. It adds a call for each function that is
 * created, and each op creates some; without minifying, only names that stand in several modules are changed, at the
 * top of the bundle.
 */
function withoutIdleNames() {
  return {
    name: 'without-idle-names',
    setup(build) {
      build.onEnd((result) => {
        for (const file of result.outputFiles ?? [])
          if (file.path.endsWith('.js')) file.contents = Buffer.from(inAscii(withoutNamesOf(file.text)));
      });
    },
  };
}

/** A script of ASCII alone takes half the memory, and less time to read. esbuild leaves other characters in comments. */
const inAscii = (text) => text.replace(/[^\0-\x7f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

function withoutNamesOf(text) {
  const ast = acorn.parse(text, { ecmaVersion: 'latest', sourceType: 'script' });
  const cuts = [];
  // With a source map, nothing may move
  const cut = (from, to) => cuts.push([from, to, production ? '' : text.slice(from, to).replace(/[^\n]/g, ' ')]);
  const isNamed = ({ type, callee }) => type === 'CallExpression' && callee.name === '__name';
  const inferred = (call, parent) => {
    const [value] = call.arguments;
    if (value.type === 'Identifier') return value.name;
    if (value.id) return value.id.name;
    if (parent.type === 'VariableDeclarator') return parent.id.name;
    return parent.type === 'Property' && !parent.computed ? (parent.key.name ?? parent.key.value) : undefined;
  };
  walk.fullAncestor(ast, (node, _, ancestors) => {
    const depth = ancestors.findIndex(({ type }) => /Function/.test(type));
    const isTop = depth < 0 || depth === ancestors.length - 1;
    if (node.type === 'StaticBlock' && node.body.length === 1) {
      const call = node.body[0].expression;
      if (!call || !isNamed(call) || call.arguments[0].type !== 'ThisExpression') return;
      const owner = ancestors.findLast(({ type }) => /^Class(Declaration|Expression)$/.test(type));
      if (!isTop || owner.id?.name === call.arguments[1].value) cut(node.start, node.end);
    } else if (isNamed(node) && node.arguments[0].type !== 'ThisExpression') {
      const [, { value: name, start }] = node.arguments;
      if (isTop && inferred(node, ancestors.at(-2)) !== name) return;
      // The parentheses stay
      cut(node.callee.start, node.callee.end);
      cut(text.lastIndexOf(',', start), node.end - 1);
    }
  });
  cuts.sort((a, b) => a[0] - b[0]);
  let out = '';
  let at = 0;
  for (const [from, to, by] of cuts) {
    out += text.slice(at, from) + by;
    at = to;
  }
  return out + text.slice(at);
}

function seal(text) {
  const names = globalsUsed(text);
  const at = text.lastIndexOf('//# sourceMappingURL=');
  const [code, map] = at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at)];
  // No line may be added before the code: the source map counts lines
  const args = names.map((n) => `typeof ${n} === "undefined" ? undefined : ${n}`);
  return `(function (${names.join(', ')}) { ${code}\n})(${args.join(', ')});\n${map}`;
}

/**
 * The built-in globals that a script uses and does not declare, without those whose mere reading costs time or warns.
 */
function globalsUsed(code) {
  const lazy = new Set([
    'fetch',
    'Request',
    'Response',
    'Headers',
    'FormData',
    'WebSocket',
    'EventSource',
    'crypto',
    'navigator',
    'localStorage',
    'sessionStorage',
    'CompressionStream',
    'DecompressionStream',
    'File',
  ]);
  const builtin = new Set(
    Object.getOwnPropertyNames(globalThis).filter((n) => /^[A-Za-z_$][\w$]*$/.test(n) && !lazy.has(n)),
  );
  const used = new Set();
  const ast = acorn.parse(code, { ecmaVersion: 'latest', sourceType: 'script' });
  walk.full(ast, (n) => {
    if (n.type === 'Identifier' && builtin.has(n.name)) used.add(n.name);
  });
  // A name that the bundle declares at its top needs no parameter; with one, `let` and `const` would be errors
  for (const n of ast.body) {
    if (n.type === 'FunctionDeclaration' || n.type === 'ClassDeclaration') used.delete(n.id.name);
    if (n.type === 'VariableDeclaration')
      for (const d of n.declarations) if (d.id.type === 'Identifier') used.delete(d.id.name);
  }
  for (const reserved of ['undefined', 'NaN', 'Infinity', 'eval', 'arguments']) used.delete(reserved);
  return [...used].sort();
}

/**
 * Compiles the op kernels of the device `cpu` to WebAssembly, with relaxed SIMD and with plain SIMD. What has not changed
 * is not compiled again.
 */
async function compileOpKernels() {
  const dir = 'kernel/tensors/backends/cpu/assembly';
  await generateSources(dir);
  const { writeBindings, constants } = await import('./kernel/tensors/backends/cpu/bindings.mjs');
  await writeBindings();
  const sources = fs.readdirSync(path.join(__dirname, dir), { recursive: true }).filter((f) => f.endsWith('.ts'));
  const compiler = path.join(__dirname, 'node_modules/assemblyscript');
  const { version } = JSON.parse(fs.readFileSync(path.join(compiler, 'package.json'), 'utf8'));
  const hash = crypto.createHash('sha256').update(version).update(fs.readFileSync(__filename));
  for (const f of sources) hash.update(f).update(fs.readFileSync(path.join(__dirname, dir, f)));
  const state = hash.digest('hex');
  const stamp = path.join(dist, 'wasm/cpu.hash');
  const targets = ['relaxed', 'plain'].map((simd) => [simd, path.join(dist, `wasm/cpu-${simd}.wasm`)]);
  if (targets.every(([, target]) => fs.existsSync(target)))
    if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === state) return;
  fs.mkdirSync(path.join(dist, 'wasm'), { recursive: true });
  await Promise.all(
    targets.map(async ([simd, target]) => {
      const args = [
        path.join(dir, 'index.ts'),
        ...['--outFile', path.relative(__dirname, `${target}.new`)],
        ...['-O3', '--runtime', 'stub', '--noAssert', '--disableWarning'],
        ...['--enable', `simd,threads${simd === 'relaxed' ? ',relaxed-simd' : ''}`],
        ...['--importMemory', '--sharedMemory', '--initialMemory', '16', '--maximumMemory', '65536'],
        ...['--memoryBase', String(constants('memory-map').PROGRAM_BASE)],
      ];
      await promisify(execFile)(process.execPath, [path.join(compiler, 'bin/asc.js'), ...args], { cwd: __dirname });
      fs.renameSync(`${target}.new`, target);
    }),
  );
  fs.writeFileSync(stamp, state);
}

/** Writes the op kernels' sources that are made from tables into the folder generated/, which holds nothing else. */
async function generateSources(dir) {
  const { generate } = await evaluated(path.join(dir, '../generate.ts'));
  const folder = path.join(__dirname, dir, 'generated');
  const files = generate((name) => fs.readFileSync(path.join(__dirname, dir, name), 'utf8'));
  fs.mkdirSync(folder, { recursive: true });
  for (const name of fs.readdirSync(folder)) if (!(name in files)) fs.rmSync(path.join(folder, name));
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    if (!fs.existsSync(file) || fs.readFileSync(file, 'utf8') !== text) fs.writeFileSync(file, text);
  }
}

/** Files that go to dist/ as they are. */
function copyAssets() {
  const copy = (from, to) => {
    const target = path.join(dist, to);
    inputs.add(path.relative(__dirname, from));
    if (holdsTheSame(from, target)) return;
    fs.mkdirSync(path.dirname(target), { recursive: true });
    // Another process may run the old file, so replace it instead of writing into it
    fs.copyFileSync(from, `${target}.new`);
    fs.renameSync(`${target}.new`, target);
  };
  // esbuild strips the types of cells. Its API must be a separate file, with the program beside it
  const lib = path.dirname(require.resolve('esbuild/package.json'));
  copy(path.join(lib, 'LICENSE.md'), 'esbuild/LICENSE.md');
  fs.mkdirSync(path.join(dist, 'esbuild/lib'), { recursive: true });
  fs.writeFileSync(
    path.join(dist, 'esbuild/lib/main.js'),
    seal(fs.readFileSync(path.join(lib, 'lib/main.js'), 'utf8')),
  );
  const exe = process.platform === 'win32' ? 'esbuild.exe' : 'bin/esbuild';
  const program = path.join(
    path.dirname(require.resolve(`@esbuild/${process.platform}-${process.arch}/package.json`)),
    exe,
  );
  copy(program, `esbuild/${path.basename(exe)}`);
  fs.chmodSync(path.join(dist, 'esbuild', path.basename(exe)), 0o755);
  // Dawn, if there is one for this platform, with the libraries that it loads from its own folder and their licenses
  const arch = process.platform === 'darwin' ? 'universal' : process.arch;
  const dawn = path.join(path.dirname(require.resolve('webgpu')), 'dist', `${process.platform}-${arch}`);
  for (const name of fs.existsSync(dawn) ? fs.readdirSync(dawn) : []) copy(path.join(dawn, name), `dawn/${name}`);
  // TypeScript's language server, if there is one for this platform, with the declarations of the language beside it
  const typescript = nativeTypeScript();
  if (typescript) {
    for (const name of ['LICENSE', 'NOTICE.txt']) copy(path.join(typescript, name), `typescript/${name}`);
    for (const name of fs.readdirSync(path.join(typescript, 'lib')))
      copy(path.join(typescript, 'lib', name), `typescript/lib/${name}`);
  }
  const plugin = programs['typescript-plugin'].outdir;
  fs.mkdirSync(plugin, { recursive: true });
  const { version, license } = require('./package.json');
  fs.writeFileSync(
    path.join(plugin, 'package.json'),
    JSON.stringify({ name: path.basename(plugin), version, license, main: 'index.js' }),
  );
  // What makes pictures of outputs, and the font of their texts
  copy(require.resolve('@resvg/resvg-wasm/index_bg.wasm'), 'pictures/resvg.wasm');
  copy(require.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'), 'pictures/DejaVuSans.ttf');
  // For Node, which loads Vega from there: these are modules
  const renderersFolder = path.join(dist, 'renderers');
  fs.mkdirSync(renderersFolder, { recursive: true });
  fs.writeFileSync(path.join(renderersFolder, 'package.json'), JSON.stringify({ type: 'module' }));
  // plotly's bundles are scripts in the UMD form; as modules they need an export
  for (const name of ['cartesian', 'gl3d']) {
    const from = require.resolve(`plotly.js-${name}-dist-min`);
    inputs.add(path.relative(__dirname, from));
    const code = fs.readFileSync(from, 'utf8');
    fs.writeFileSync(
      path.join(renderersFolder, `plotly-${name}.js`),
      `const module={exports:{}},exports=module.exports;\n${code}\nexport default module.exports;\n`,
    );
  }
}

/** The folder of the package with TypeScript's native program. */
function nativeTypeScript() {
  try {
    return path.dirname(require.resolve(`@typescript/typescript-${process.platform}-${process.arch}/package.json`));
  } catch {
    return undefined;
  }
}

function holdsTheSame(from, target) {
  const size = (file) => fs.statSync(file, { throwIfNoEntry: false })?.size;
  return size(from) === size(target) && fs.readFileSync(from).equals(fs.readFileSync(target));
}

/**
 * Compiles the op kernels again when their sources change. It watches all of kernel/tensors/, because sources may be
 * generated from tables there; a change that does not reach the sources costs no compilation.
 */
function watchOpKernels() {
  const stamp = path.join(dist, 'wasm/cpu.hash');
  let changed = false;
  let compiling = false;
  const compile = async () => {
    changed = true;
    if (compiling) return;
    compiling = true;
    while (changed) {
      changed = false;
      // An editor may save a file in several steps
      await new Promise((resolve) => setTimeout(resolve, 100));
      const before = fs.readFileSync(stamp, 'utf8');
      try {
        await compileOpKernels();
        if (fs.readFileSync(stamp, 'utf8') !== before) console.log('[watch] op kernels compiled');
      } catch (e) {
        console.error(e.stderr || e);
      }
    }
    compiling = false;
  };
  // One watcher for each folder: on Linux a recursive one loses files that an editor replaces
  const root = path.join(__dirname, 'kernel/tensors');
  const folders = fs.readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const folder of [root, ...folders.map((entry) => path.join(entry.parentPath, entry.name))])
    fs.watch(folder, () => void compile());
}

/** Makes the declarations that cells are checked with, in a process of its own: the compiler would hold up this one. */
async function declareTypes() {
  const types = './kernel/language/types/build.mjs';
  for (const file of (await import(types)).copied) inputs.add(file);
  await promisify(execFile)(process.execPath, [path.join(__dirname, types), dist]);
}

async function main() {
  const builds = Object.entries(programs).flatMap(([name, options]) => (!only || only.includes(name) ? [options] : []));
  const withOpKernels = !only || only.includes('tf');
  copyAssets();
  const types = only ? undefined : declareTypes();
  // It may fail before it is waited for
  types?.catch(() => {});
  if (withOpKernels) {
    await compileOpKernels();
    // The compiler puts its standard library into them
    inputs.add('node_modules/assemblyscript/std/assembly/math.ts');
  }
  if (watch) {
    for (const b of builds) await (await esbuild.context(b)).watch();
    if (withOpKernels) watchOpKernels();
  } else {
    for (const r of await Promise.all(builds.map((b) => esbuild.build(b))))
      for (const file of Object.keys(r.metafile.inputs)) inputs.add(file);
  }
  await types;
  if (option('--inputs')) fs.writeFileSync(option('--inputs'), JSON.stringify([...inputs]));
}

main().catch((e) => {
  if (!e.errors) console.error(e);
  process.exit(1);
});
