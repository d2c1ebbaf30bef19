// Loads the modules that cells import: the kernel's own modules, Node's modules, npm packages from the notebook's
// folder, and files of the user. Files are transformed like cells, and loaded again after they, or files that they
// import, have changed on disk.
import { readFileSync, statSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import vm from 'node:vm';
import { createPathsMatcher, getTsconfig, type TsConfigResult } from 'get-tsconfig';
import { resolve as resolvePackage } from 'import-meta-resolve';
import MagicString from 'magic-string';
import remapping from '@jridgewell/remapping';
import { TraceMap } from '@jridgewell/trace-mapping';
import type { Program } from 'acorn';
import { addScript, newKey } from './function-text.ts';
import { addInterruptTests } from './instrument.ts';
import { namesNotebook, packageNotFound } from './missing-package.ts';
import { restoreNames } from './names.ts';
import { strip, type Loader } from './strip.ts';
import { parse } from './transform.ts';

type Namespace = Record<string, unknown>;

export interface ModuleLoaderOptions {
  /** The notebook's folder. */
  dir: string;
  /** Modules of the kernel itself, by specifier. */
  builtins: Record<string, () => Promise<object>>;
  /** Receives the source map of each transformed file. */
  onSource: (script: string, source: string, map: string) => void;
}

/** A file of the user, transformed. */
interface Source {
  file: string;
  /** The text on disk from which `code` was made. */
  text: string;
  code: string;
  /** Specifiers of the imports. */
  imports: string[];
  kind: 'module' | 'commonjs' | 'json';
}

/** A loaded file of the user. */
interface Loaded {
  source: Source;
  module: vm.Module;
  /** Files of the user that it imports. */
  deps: string[];
}

const extensions = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.json'];
const loaders: Record<string, Loader> = { '.ts': 'ts', '.mts': 'ts', '.cts': 'ts', '.tsx': 'tsx', '.jsx': 'jsx' };

/** Loads the modules of a session. */
export class ModuleLoader {
  private readonly files = new Map<string, Loaded>();
  private readonly foreign = new Map<string, Promise<vm.Module>>();
  private config: { result: TsConfigResult | null; match: ((s: string) => string[]) | null; stamp: string } | undefined;

  constructor(private readonly options: ModuleLoaderOptions) {}

  /** `compilerOptions` of the tsconfig.json that applies to the notebook's folder. */
  get compilerOptions(): Record<string, unknown> {
    return (this.tsconfig().result?.config.compilerOptions ?? {}) as Record<string, unknown>;
  }

  /**
   * Imports a module for a cell.
   * @param needed names that the cell uses as values
   * @throws SyntaxError if the module does not export a needed name
   */
  async import(specifier: string, names: string[] = [], needed: string[] = []): Promise<Namespace> {
    const namespace = await this.importFrom(specifier, this.options.dir);
    if (names.length === 0) return namespace;
    // Some names of a CommonJS package exist only on its default export
    const fallback = namespace['default'] as Namespace | undefined;
    const lacks = (name: string) => !(name in namespace);
    const found: Namespace = {};
    for (const name of names) {
      if (!lacks(name)) found[name] = namespace[name];
      else if (fallback && (typeof fallback === 'object' || typeof fallback === 'function') && name in fallback)
        found[name] = fallback[name];
      else if (needed.includes(name)) {
        const has = Object.keys(namespace).sort();
        throw new SyntaxError(
          name === 'default'
            ? `the module "${specifier}" has no default export; import names from it: import { ${has.slice(0, 3).join(', ')} } from '${specifier}'`
            : `the module "${specifier}" does not export "${name}"${closest(name, has)}`,
        );
      }
    }
    return found;
  }

  private async importFrom(specifier: string, dir: string): Promise<Namespace> {
    if (typeof specifier !== 'string')
      throw new TypeError(`import: the specifier must be a string, not ${typeof specifier}`);
    const builtin = this.options.builtins[specifier];
    if (builtin) return (await builtin()) as Namespace;
    const file = this.userFile(specifier, dir);
    if (!file) return this.importForeign(specifier, dir);
    const module = await this.load(file);
    return module.namespace as Namespace;
  }

  /** Path of a file of the user; undefined for Node's modules and packages. */
  private userFile(specifier: string, dir: string): string | undefined {
    if (/^file:/.test(specifier))
      return inPackage(fileURLToPath(specifier))
        ? undefined
        : existing(fileURLToPath(specifier), specifier, this.options.dir);
    if (/^\.{0,2}\//.test(specifier) || specifier === '.' || specifier === '..' || path.isAbsolute(specifier)) {
      const file = existing(path.resolve(dir, specifier), specifier, this.options.dir);
      return inPackage(file) ? undefined : file;
    }
    if (isBuiltin(specifier)) return undefined;
    for (const candidate of this.tsconfig().match?.(specifier) ?? []) {
      const file = probe(candidate);
      if (file && !inPackage(file)) return file;
    }
    return undefined;
  }

  private async importForeign(specifier: string, dir: string): Promise<Namespace> {
    if (isBuiltin(specifier)) return (await import(specifier)) as Namespace;
    let url: string;
    try {
      url = /^(data|file):/.test(specifier)
        ? specifier
        : path.isAbsolute(specifier)
          ? pathToFileURL(specifier).href
          : resolvePackage(specifier, pathToFileURL(path.join(dir, 'cell.mjs')).href);
    } catch (e) {
      if ((e as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw e;
      throw packageNotFound(specifier);
    }
    try {
      return (await import(url)) as Namespace;
    } catch (e) {
      throw namesNotebook(e, { dir: this.options.dir, own: __dirname });
    }
  }

  /** Loads a file of the user and all files that it imports. */
  private async load(entry: string): Promise<vm.Module> {
    const sources = await this.readGraph(entry);
    // A module is made again if its text has changed, it failed, or a module that it imports is made again
    const stale = new Set<string>();
    for (const [file, { source }] of sources) {
      const old = this.files.get(file);
      if (!old || old.source !== source || old.module.status === 'errored') stale.add(file);
    }
    for (let grew = true; grew;) {
      grew = false;
      for (const [file, { deps }] of sources) {
        if (!stale.has(file) && deps.some((d) => stale.has(d))) grew = !!stale.add(file);
      }
    }
    for (const file of stale) {
      const { source, deps } = sources.get(file)!;
      this.files.set(file, { source, deps, module: this.makeModule(source) });
    }
    const { module } = this.files.get(entry)!;
    try {
      if (module.status === 'unlinked')
        await module.link((specifier, referrer) =>
          this.link(specifier, path.dirname(fileURLToPath(referrer.identifier))),
        );
      await module.evaluate();
    } catch (e) {
      for (const file of stale) this.files.delete(file); // the next import tries again
      throw e;
    }
    return module;
  }

  /** Reads all files of the user that `entry` reaches. A file whose text has not changed keeps its source object. */
  private async readGraph(entry: string): Promise<Map<string, { source: Source; deps: string[] }>> {
    const graph = new Map<string, { source: Source; deps: string[] }>();
    const queue = [entry];
    for (let file = queue.pop(); file; file = queue.pop()) {
      if (graph.has(file)) continue;
      const text = readFileSync(file, 'utf8');
      const old = this.files.get(file)?.source;
      const source = old?.text === text ? old : await this.readSource(file, text);
      const dir = path.dirname(file);
      const deps = source.imports.filter((i) => !this.options.builtins[i]).flatMap((i) => this.userFile(i, dir) ?? []);
      graph.set(file, { source, deps });
      queue.push(...deps);
    }
    return graph;
  }

  private async readSource(file: string, text: string): Promise<Source> {
    const ext = path.extname(file);
    if (ext === '.json') return { file, text, code: text, imports: [], kind: 'json' };
    const script = pathToFileURL(file).href;
    const stripped = await strip(text, {
      loader: loaders[ext] ?? 'js',
      script,
      keepImports: false,
      compilerOptions: this.compilerOptions,
    });
    const ast = parse(stripped.code, script, text, { map: stripped.map });
    const commonjs =
      ext === '.cjs' || (!isModule(ast) && /\b(module\.exports|exports\.|require\()/.test(stripped.code));
    const s = new MagicString(stripped.code);
    restoreNames(ast, s, new TraceMap(stripped.map));
    const key = newKey();
    addInterruptTests(ast, s, key);
    const map = remapping(s.generateMap({ hires: 'boundary', source: 'stripped.js' }) as never, (f) =>
      f === 'stripped.js' ? (JSON.parse(stripped.map) as never) : null,
    );
    this.options.onSource(script, text, map.toString());
    addScript(key, { code: s.toString(), map: map.toString(), typed: text, compilerOptions: this.compilerOptions });
    return {
      file,
      text,
      code: s.toString(),
      imports: commonjs ? [] : importsOf(ast),
      kind: commonjs ? 'commonjs' : 'module',
    };
  }

  private makeModule(source: Source): vm.Module {
    const identifier = pathToFileURL(source.file).href;
    const dir = path.dirname(source.file);
    if (source.kind === 'json') {
      let value: unknown;
      try {
        value = JSON.parse(source.text);
      } catch (e) {
        throw new SyntaxError(`${path.relative(this.options.dir, source.file)} is not JSON: ${(e as Error).message}`);
      }
      return synthetic({ ...(isRecord(value) ? value : {}), default: value }, identifier);
    }
    if (source.kind === 'commonjs') return this.makeCommonJs(source, identifier);
    const options: vm.SourceTextModuleOptions = {
      identifier,
      initializeImportMeta: (meta) => Object.assign(meta, { url: identifier, dirname: dir, filename: source.file }),
      importModuleDynamically: (async (specifier: string) => this.dynamic(specifier, dir)) as never,
    };
    return new vm.SourceTextModule(source.code, options);
  }

  private makeCommonJs(source: Source, identifier: string): vm.Module {
    const module = { exports: {} as Namespace };
    const dir = path.dirname(source.file);
    const body = vm.compileFunction(source.code, ['exports', 'require', 'module', '__filename', '__dirname'], {
      filename: identifier,
    });
    body.call(module.exports, module.exports, createRequire(source.file), module, source.file, dir);
    const { exports } = module;
    return synthetic({ ...(isRecord(exports) ? exports : {}), default: exports }, identifier);
  }

  private async dynamic(specifier: string, dir: string): Promise<vm.Module | Namespace> {
    const file = this.options.builtins[specifier] ? undefined : this.userFile(specifier, dir);
    return file ? this.load(file) : this.link(specifier, dir).then(async (m) => (await m.evaluate(), m));
  }

  private async link(specifier: string, dir: string): Promise<vm.Module> {
    const builtin = this.options.builtins[specifier];
    const file = builtin ? undefined : this.userFile(specifier, dir);
    if (file) return this.files.get(file)!.module;
    // All importers of a module of Node or the kernel share one namespace; a package depends on the importing folder
    const key = builtin || isBuiltin(specifier) ? specifier : `${dir}\n${specifier}`;
    let module = this.foreign.get(key);
    if (!module) {
      module = this.importFrom(specifier, dir).then(async (namespace) => {
        const m = synthetic(namespace, `dlnb:${specifier}`);
        await m.link(() => Promise.reject(new Error('unreachable')));
        return m;
      });
      this.foreign.set(key, module);
      module.catch(() => this.foreign.delete(key)); // a package may be installed meanwhile
    }
    return module;
  }

  private tsconfig() {
    const found = getTsconfig(this.options.dir);
    const stamp = found ? `${found.path} ${statSync(found.path).mtimeMs}` : '';
    if (this.config?.stamp !== stamp) {
      this.config = { result: found, match: found ? createPathsMatcher(found) : null, stamp };
    }
    return this.config!;
  }
}

const inPackage = (file: string) => file.split(path.sep).includes('node_modules');
const isRecord = (v: unknown): v is Namespace => typeof v === 'object' && v !== null && !Array.isArray(v);

function isFile(file: string): boolean {
  try {
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * The file that a path stands for: also without its extension, with `.js` instead of `.ts`, or as a folder with an
 * index file.
 */
function probe(base: string): string | undefined {
  const swapped = /\.([mc]?)jsx?$/.exec(base);
  return [
    base,
    ...extensions.map((e) => base + e),
    ...(swapped ? [`${base.slice(0, swapped.index)}.${swapped[1]}ts`, `${base.slice(0, swapped.index)}.tsx`] : []),
    ...extensions.map((e) => path.join(base, `index${e}`)),
  ].find(isFile);
}

/** @param notebook the folder that paths in messages are relative to */
function existing(base: string, specifier: string, notebook: string): string {
  const file = probe(base);
  if (!file)
    throw new Error(
      `Cannot find "${specifier}": there is no file ${path.relative(notebook, base).split(path.sep).join('/')}${path.extname(base) ? '' : ' (also tried with .ts, .js, .json and as a folder with an index file)'}`,
    );
  return file;
}

function isModule(ast: Program): boolean {
  return ast.body.some((n) => /^(Import|Export)/.test(n.type));
}

function importsOf(ast: Program): string[] {
  return ast.body.flatMap((n) => ('source' in n && n.source ? [String(n.source.value)] : []));
}

function synthetic(namespace: Namespace, identifier: string): vm.Module {
  const names = Object.keys(namespace).filter((n) => n !== 'module.exports' && n !== '__esModule');
  return new vm.SyntheticModule(
    names,
    function (this: vm.SyntheticModule) {
      for (const name of names) this.setExport(name, namespace[name]);
    },
    { identifier },
  );
}

/** `; did you mean "x"?` with a name that differs in letter case or by one letter; empty if there is none. */
function closest(name: string, names: string[]): string {
  const near = names.find((n) => n.toLowerCase() === name.toLowerCase()) ?? names.find((n) => oneEdit(n, name));
  return near ? `; did you mean "${near}"?` : '';
}

function oneEdit(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  const rests = [a.slice(i + 1) === b.slice(i + 1), a.slice(i + 1) === b.slice(i), a.slice(i) === b.slice(i + 1)];
  return rests.includes(true);
}
