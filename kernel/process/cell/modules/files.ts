// Loads files of the user, as ES modules and as CommonJS, and loads them again after they, or files that they import,
// have changed on disk.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';
import { parse as parseJson, type ParseError } from 'jsonc-parser';
import { SourceError } from '../strip.ts';
import { commonJsNamespace, hasNames, jsonNamespace, synthetic, type Namespace } from './interop.ts';
import type { FileTarget, Resolver, Target } from './resolve.ts';
import { readSource, readSourceSync, REQUIRE, urlOf, type Import, type Source, type SourceOptions } from './source.ts';
import { missingName } from './suggest.ts';

/** Import attributes: `with { … }`. */
export type Attributes = Record<string, string>;

/** What the files need from the loader. */
export interface FilesHost {
  resolver: Resolver;
  /** The notebook's folder. */
  dir: string;
  sourceOptions: () => SourceOptions;
  /** A module that is no file of the user. */
  foreign: (target: Exclude<Target, FileTarget>, attributes: Attributes) => Promise<vm.Module>;
  /** `import()` in a file. */
  dynamic: (specifier: string, from: string, attributes: Attributes) => Promise<vm.Module>;
  /** The function `require` of a file. */
  requireOf: (file: string) => NodeJS.Require;
  /** Loads what a module that is no file of the user will ask for, where it cannot wait. */
  ready: (target: Exclude<Target, FileTarget>) => Promise<void>;
}

/** A loaded file. */
interface Loaded {
  source: Source;
  /** URLs of the files that it imports or requires. */
  deps: string[];
  module?: vm.Module;
  /** The variable `module` of a CommonJS file that has run, or runs. */
  commonjs?: { exports: unknown };
  /** The value of a JSON file. */
  json?: { value: unknown };
}

/** A file that a graph needs. */
interface Request {
  target: FileTarget;
  text: string;
}
/** A file of a graph. */
interface GraphFile {
  source: Source;
  deps: string[];
  required: string[];
  /** What it requires that is no file of the user. */
  foreign: Exclude<Target, FileTarget>[];
}
type Graph = Map<string, GraphFile>;

export class UserFiles {
  private readonly files = new Map<string, Loaded>();
  /** Number of CommonJS files that are running now. */
  private running = 0;

  constructor(private readonly host: FilesHost) {}

  /** Loads a file and all files that it imports, and evaluates it. */
  async load(entry: FileTarget): Promise<vm.Module> {
    const graph = await this.read(entry);
    const stale = this.refresh(graph);
    try {
      await this.link(graph);
      const module = this.moduleOf(urlOf(entry));
      if (module.status === 'unlinked') await this.linkModule(module);
      await module.evaluate();
      return module;
    } catch (e) {
      const better = await this.misnamed(e, graph);
      for (const url of stale) this.files.delete(url); // the next import tries again
      throw better ?? e;
    }
  }

  /** Prepares a file for `require`: it is read and linked, and runs when it is required. */
  async prepare(entry: FileTarget): Promise<void> {
    const graph = await this.read(entry);
    const stale = this.refresh(graph);
    try {
      await this.link(graph, [urlOf(entry)]);
    } catch (e) {
      for (const url of stale) this.files.delete(url);
      throw e;
    }
  }

  /**
   * What a file exports, for `require`.
   * @throws Error if it is an ES module that cannot be loaded at once; the message says what to write instead
   */
  require(entry: FileTarget): unknown {
    const url = urlOf(entry);
    // All files of a graph are read when its first one is required
    if (this.running > 0 && this.files.has(url)) return this.exportsOf(url);
    const work = this.graph(entry);
    let step = work.next();
    while (!step.done) {
      const { target, text } = step.value;
      step = work.next(readSourceSync(target, text, this.host.sourceOptions()));
    }
    const stale = this.refresh(step.value);
    try {
      return this.exportsOf(url);
    } catch (e) {
      for (const s of stale) this.files.delete(s);
      throw e;
    }
  }

  /** The module of a file that a linked file imports. */
  moduleOf(url: string): vm.Module {
    const loaded = this.files.get(url)!;
    return (loaded.module ??= this.makeModule(loaded));
  }

  private async read(entry: FileTarget): Promise<Graph> {
    const work = this.graph(entry);
    let step = work.next();
    while (!step.done) {
      const { target, text } = step.value;
      step = work.next(await readSource(target, text, this.host.sourceOptions()));
    }
    for (const { foreign } of step.value.values()) for (const target of foreign) await this.host.ready(target);
    return step.value;
  }

  /**
   * Reads all files of the user that `entry` reaches. A file whose text has not changed keeps its source object. Asks
   * for the sources of the others.
   */
  private *graph(entry: FileTarget): Generator<Request, Graph, Source> {
    const { resolver } = this.host;
    const graph: Graph = new Map();
    const queue = [entry];
    for (let target = queue.pop(); target; target = queue.pop()) {
      const url = urlOf(target);
      if (graph.has(url)) continue;
      const text = readFileSync(target.file, 'utf8');
      const old = this.files.get(url)?.source;
      const source = old?.text === text ? old : yield { target, text };
      const deps: FileTarget[] = [];
      for (const i of source.imports) {
        const found = placed(source, i, () => resolver.resolve(i.specifier, source.file));
        if (found.kind === 'file') deps.push(found);
      }
      const foreign: Exclude<Target, FileTarget>[] = [];
      const required = source.requires.flatMap((specifier) => {
        try {
          const found = resolver.resolve(specifier, source.file, 'require');
          if (found.kind === 'file') return [found];
          foreign.push(found);
          return [];
        } catch {
          return []; // it may be inside a `try`, or never be reached
        }
      });
      // A required file whose syntax is wrong fails where it is required
      for (const r of [...required, ...deps]) queue.push(r);
      graph.set(url, {
        source,
        deps: [...new Set([...deps, ...required].map(urlOf))],
        required: required.map(urlOf),
        foreign,
      });
    }
    return graph;
  }

  /**
   * Forgets the modules that must be made again: their text has changed, they failed, or a module that they import is
   * made again.
   */
  private refresh(graph: Graph): Set<string> {
    const stale = new Set<string>();
    for (const [url, { source }] of graph) {
      const old = this.files.get(url);
      if (!old || old.source !== source || old.module?.status === 'errored') stale.add(url);
    }
    for (let grew = true; grew;) {
      grew = false;
      for (const [url, { deps }] of graph) {
        if (!stale.has(url) && deps.some((d) => stale.has(d))) grew = !!stale.add(url);
      }
    }
    for (const url of stale) {
      const { source, deps } = graph.get(url)!;
      this.files.set(url, { source, deps });
    }
    return stale;
  }

  /** The names that a file exports, without those of other files that it exports all of. */
  private namesOf(url: string): string[] {
    const { source, commonjs, json } = this.files.get(url) ?? {};
    const value = commonjs?.exports ?? json?.value;
    return hasNames(value) ? Object.keys(value) : (source?.exports ?? []);
  }

  /** Links the ES modules of a graph that are required, since `require` cannot wait for it. */
  private async link(graph: Graph, more: string[] = []): Promise<void> {
    const required = new Set([...more, ...[...graph.values()].flatMap((g) => g.required)]);
    for (const url of [...required].reverse()) {
      if (graph.get(url)?.source.kind !== 'module') continue;
      const module = this.moduleOf(url);
      if (module.status === 'unlinked') await this.linkModule(module);
    }
  }

  private linkModule(module: vm.Module): Promise<void> {
    const { resolver, foreign } = this.host;
    return module.link((specifier, referrer, extra) => {
      const { source } = this.files.get(referrer.identifier)!;
      const target = resolver.resolve(specifier, source.file);
      if (target.kind === 'file') {
        checkAttributes(target, attributesOf(extra));
        return this.moduleOf(urlOf(target));
      }
      return foreign(target, attributesOf(extra));
    });
  }

  private makeModule(loaded: Loaded): vm.Module {
    const { source } = loaded;
    if (source.kind === 'json') return synthetic(jsonNamespace(this.json(loaded)), source.url);
    if (source.kind === 'commonjs') {
      loaded.commonjs ??= this.execute(loaded);
      return synthetic(commonJsNamespace(loaded.commonjs.exports), source.url);
    }
    const { dynamic, requireOf, resolver } = this.host;
    const options: vm.SourceTextModuleOptions = {
      identifier: source.url,
      initializeImportMeta: (meta) => {
        Object.assign(meta, {
          url: source.url,
          dirname: path.dirname(source.file),
          filename: source.file,
          main: false,
          resolve: (specifier: string) => resolver.url(specifier, source.file),
        });
        Object.defineProperty(meta, REQUIRE, { get: () => requireOf(source.file) });
      },
      importModuleDynamically: ((specifier: string, _: unknown, attributes: unknown) =>
        dynamic(specifier, source.file, { ...(attributes as Attributes) })) as never,
    };
    return new vm.SourceTextModule(source.code, options);
  }

  /** Runs a CommonJS file. */
  private execute(loaded: Loaded): { exports: unknown } {
    const { source } = loaded;
    const module = { exports: {}, id: source.file, filename: source.file, loaded: false, children: [], paths: [] };
    loaded.commonjs = module;
    this.running++;
    try {
      const body = vm.compileFunction(source.code, ['exports', 'require', 'module', '__filename', '__dirname'], {
        filename: source.url,
        importModuleDynamically: ((specifier: string, _: unknown, attributes: unknown) =>
          this.host.dynamic(specifier, source.file, { ...(attributes as Attributes) })) as never,
      });
      const require = this.host.requireOf(source.file);
      body.call(module.exports, module.exports, require, module, source.file, path.dirname(source.file));
      module.loaded = true;
      return module;
    } catch (e) {
      delete loaded.commonjs;
      throw e;
    } finally {
      this.running--;
    }
  }

  /** What `require` gives for a file whose graph has been read. */
  private exportsOf(url: string): unknown {
    const loaded = this.files.get(url)!;
    const { source } = loaded;
    switch (source.kind) {
      case 'json':
        return this.json(loaded);
      case 'commonjs':
        return (loaded.commonjs ??= this.execute(loaded)).exports;
      case 'module':
        return this.namespaceOf(url, loaded);
    }
  }

  private namespaceOf(url: string, { module, source }: Loaded): Namespace {
    const name = path.relative(this.host.dir, source.file);
    const instead = `Write: await import('${source.file === name ? url : `./${name.split(path.sep).join('/')}`}')`;
    if (module === undefined || module.status === 'unlinked' || module.status === 'linking')
      throw new Error(
        `require: ${name} is an ES module that is not loaded yet, since its path is not written as a literal in require('…'). ${instead}`,
      );
    if (module.status === 'linked') {
      if (this.awaits(url, new Set()))
        throw new Error(`require: ${name}, or a file that it imports, awaits at its top level. ${instead}`);
      // Without top-level await, it has run when the call returns
      module.evaluate().catch(() => {});
    }
    if (module.status === 'errored') throw module.error as Error;
    return module.namespace as Namespace;
  }

  private awaits(url: string, seen: Set<string>): boolean {
    if (seen.has(url)) return false;
    seen.add(url);
    const loaded = this.files.get(url);
    return loaded !== undefined && (loaded.source.awaits || loaded.deps.some((d) => this.awaits(d, seen)));
  }

  /** The value of a JSON file, the same for each importer. */
  private json(loaded: Loaded): unknown {
    const { url, text, file } = loaded.source;
    try {
      loaded.json ??= { value: JSON.parse(text.replace(/^\uFEFF/, '')) as unknown };
      return loaded.json.value;
    } catch (e) {
      const { line, column } = placeInJson(text);
      const message = `${path.relative(this.host.dir, file)} is not JSON: ${(e as Error).message}`;
      throw new SourceError(message, url, line, column, text);
    }
  }

  /**
   * V8's error for a name that a module does not export, with the place of the import and with a guess.
   * @returns undefined for other errors
   */
  private async misnamed(e: unknown, graph: Graph): Promise<Error | undefined> {
    const [, specifier, name] =
      /^The requested module '(.*)' does not provide an export named '(.*)'$/s.exec((e as Error)?.message) ?? [];
    if (specifier === undefined || name === undefined || !(e instanceof SyntaxError)) return undefined;
    for (const { source } of graph.values()) {
      const found = source.imports.find((i) => i.specifier === specifier && i.names.includes(name));
      if (!found) continue;
      const target = this.host.resolver.resolve(specifier, source.file);
      const names =
        target.kind === 'file'
          ? this.namesOf(urlOf(target))
          : Object.keys((await this.host.foreign(target, {})).namespace);
      return atImport(source, found, new SyntaxError(missingName(specifier, name, names)));
    }
    return undefined;
  }
}

/** Node 20 hands attributes to linkers under another name than later versions. */
function attributesOf(extra: object | undefined): Attributes {
  const { attributes, assert } = (extra ?? {}) as { attributes?: Attributes; assert?: Attributes };
  return { ...(attributes ?? assert) };
}

/** @throws TypeError for attributes that do not fit the file, as in Node */
export function checkAttributes({ file }: FileTarget, { type, ...others }: Attributes): void {
  const other = Object.keys(others)[0];
  if (other !== undefined) throw new TypeError(`Import attribute "${other}" is not supported`);
  if (type === undefined) return;
  if (type !== 'json') throw new TypeError(`Import attribute "type" with value "${type}" is not supported`);
  if (path.extname(file) !== '.json') throw new TypeError(`"${path.basename(file)}" is not of type "json"`);
}

/** Where a text is not JSON: Node's message does not always say it. */
function placeInJson(text: string): { line: number; column: number } {
  const errors: ParseError[] = [];
  parseJson(text, errors, { disallowComments: true });
  const before = text.slice(0, errors[0]?.offset ?? 0).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

/** Gives an error the place of the import that causes it. */
function placed<T>(source: Source, { line, column }: Import, find: () => T): T {
  try {
    return find();
  } catch (e) {
    throw atImport(source, { line, column }, e as Error);
  }
}

function atImport(source: Source, { line, column }: Pick<Import, 'line' | 'column'>, e: Error): Error {
  return Object.assign(new SourceError(e.message, source.url, line, column, source.text), { name: e.name });
}
