// Loads the modules that cells import: the kernel's own modules, Node's modules, npm packages from the notebook's
// folder, and files of the user. The parts are in modules/: what an import means (resolve.ts), files of the user
// (source.ts, files.ts), namespaces (interop.ts), and which names are types (type-exports.ts).
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type vm from 'node:vm';
import { namesNotebook } from './missing-package.ts';
import { checkAttributes, UserFiles, type Attributes } from './modules/files.ts';
import { jsonNamespace, synthetic, withAllNames, type Namespace } from './modules/interop.ts';
import { drawReact, jsxModules, jsxSource, REACT_SOURCE } from './modules/jsx.ts';
import { needsTensors } from './modules/needs-tensors.ts';
import { OneEngine, type TensorSource } from './modules/one-engine.ts';
import { Resolver, type FileTarget, type Target } from './modules/resolve.ts';
import { requiresOf } from './modules/source.ts';
import { missingName } from './modules/suggest.ts';
import { tensorExports, tensorKind } from './modules/tensor-names.ts';
import { TypeExports } from './modules/type-exports.ts';

/** A module of the kernel itself. */
export interface OwnModule {
  load: () => Promise<object>;
  /** The module, if it can be had without waiting. */
  loaded: () => object | undefined;
  /** Loads what these names of it need; all names if they are not known. */
  prepare?: (names: readonly string[] | undefined) => Promise<void>;
}

export interface ModuleLoaderOptions {
  /** The notebook's folder. */
  dir: string;
  /** The notebook. */
  notebook?: string;
  /** Modules of the kernel itself, by specifier. */
  builtins: Record<string, OwnModule>;
  /** TensorFlow.js, which every importer gets; without it, packages bring their own. */
  tensors?: TensorSource;
  /** Receives the source map of each transformed file. */
  onSource: (script: string, source: string, map: string) => void;
  /** Tells the user something, once. */
  notify?: (text: string) => void;
}

/** Loads the modules of a session. */
export class ModuleLoader {
  /** The kernel's modules, by specifier. */
  private readonly own: Record<string, OwnModule>;
  private readonly resolver: Resolver;
  private readonly files: UserFiles;
  private readonly types = new TypeExports();
  private readonly foreign = new Map<string, Promise<vm.Module>>();
  private readonly requires = new Map<string, NodeJS.Require>();
  private readonly engine: OneEngine | undefined;
  private noticed = false;

  constructor(private readonly options: ModuleLoaderOptions) {
    this.own = { ...options.builtins };
    for (const [name, module] of Object.entries(jsxModules))
      this.own[name] = { load: () => Promise.resolve(module), loaded: () => module };
    const { tensors } = options;
    this.resolver = new Resolver(
      options.dir,
      Object.keys(this.own),
      (s) => tensors !== undefined && tensorKind(s) !== '',
    );
    if (tensors) {
      this.engine = new OneEngine(tensors);
      this.engine.install();
    }
    this.files = new UserFiles({
      resolver: this.resolver,
      dir: options.dir,
      sourceOptions: () => ({
        compilerOptions: this.optionsFor('<'),
        onSource: (script, source, map) => {
          this.notice(source);
          options.onSource(script, source, map);
        },
      }),
      foreign: (target, attributes) => this.moduleOf(target, attributes),
      dynamic: (specifier, from, attributes) => this.dynamic(specifier, from, attributes),
      requireOf: (file) => this.requireFrom(file),
      ready: (target) => this.ready(target),
    });
  }

  /**
   * `compilerOptions` of the tsconfig.json that applies to the notebook's folder, and what JSX is compiled for if that
   * does not say so.
   * @param text of a cell: without a "<" it has no JSX, and the search for React is spared
   */
  optionsFor(text: string): Record<string, unknown> {
    const { compilerOptions } = this.resolver;
    if (!text.includes('<')) return compilerOptions;
    if (compilerOptions['jsxImportSource'] !== undefined || compilerOptions['jsx'] === 'react') return compilerOptions;
    const source = jsxSource(this.resolver.cell);
    return source === REACT_SOURCE ? compilerOptions : { ...compilerOptions, jsxImportSource: source };
  }

  /** `import.meta` of cells. */
  get meta(): object {
    const file = this.options.notebook ?? path.join(this.options.dir, 'notebook.dlnb');
    return Object.freeze({
      url: pathToFileURL(file).href,
      filename: file,
      dirname: this.options.dir,
      main: true,
      resolve: (specifier: string) => this.resolver.url(specifier, this.resolver.cell),
    });
  }

  /** The function `require` of cells. */
  get require(): NodeJS.Require {
    return this.requireFrom(this.resolver.cell);
  }

  /** A value as it is shown: an element of React becomes HTML. */
  drawn(value: unknown): unknown {
    return drawReact(value, this.require);
  }

  /**
   * Prepares what a cell is about to do: loads what it requires by literals, since `require` cannot wait.
   * @param source the cell as typed
   * @param code the cell transformed
   */
  async prepare(source: string, code: string): Promise<void> {
    this.notice(source);
    if (!/\brequire\s*\(/.test(source)) return;
    for (const specifier of requiresOf(code)) {
      // What fails here fails again, with its error, where the cell requires it
      try {
        const target = this.resolver.resolve(specifier, this.resolver.cell, 'require');
        await this.ready(target);
        if (target.kind === 'file') await this.files.prepare(target);
      } catch {
        continue;
      }
    }
  }

  /** `import(specifier, { with })` in a cell. */
  async import(specifier: string, options?: ImportCallOptions): Promise<Namespace> {
    if (options !== undefined && (typeof options !== 'object' || options === null))
      throw new TypeError('The second argument of import() must be an object');
    return this.namespaceOf(this.resolver.resolve(specifier, this.resolver.cell), { ...(options?.with as Attributes) });
  }

  /**
   * Imports a module for a cell: `import … from`.
   * @param names names that the cell imports; without them, the whole namespace
   * @param needed those that the cell uses as values
   * @param types those that it uses in types alone
   * @throws SyntaxError if the module does not export a name that is not a type
   */
  async load(specifier: string, names: string[] = [], needed: string[] = [], types: string[] = []): Promise<Namespace> {
    const from = this.resolver.cell;
    let target: Target | undefined;
    let failure: unknown;
    try {
      target = this.resolver.resolve(specifier, from);
    } catch (e) {
      failure = e;
    }
    const isType = (name: string) => !needed.includes(name) && this.types.has(name, specifier, from, target);
    // Nothing is loaded for types, neither if they are all there is nor if the cell uses nothing else
    if (names.length > 0 && (!target || names.every((n) => types.includes(n))) && names.every(isType)) return {};
    if (!target) throw failure;
    const namespace = await this.namespaceOf(target, {}, names.length > 0 ? names : undefined);
    if (names.length === 0) return namespace;
    const found: Namespace = {};
    // Some names of a module that was compiled to CommonJS exist only on its default export
    const whole = namespace['default'];
    const more =
      (typeof whole === 'object' || typeof whole === 'function') && whole !== null ? (whole as Namespace) : {};
    for (const name of names) {
      if (name in namespace) found[name] = namespace[name];
      else if (name in more) found[name] = more[name];
      else if (!types.includes(name) && !isType(name))
        throw new SyntaxError(missingName(specifier, name, Object.keys(namespace)));
    }
    return found;
  }

  /** @param names those that are wanted; all if they are not known */
  private async namespaceOf(target: Target, attributes: Attributes, names?: readonly string[]): Promise<Namespace> {
    switch (target.kind) {
      case 'own': {
        const own = this.ownModule(target.specifier);
        await own.prepare?.(names);
        return withDefault((await own.load()) as Namespace);
      }
      case 'file':
        checkAttributes(target, attributes);
        return (await this.files.load(target)).namespace as Namespace;
      case 'node':
        return (await import(target.specifier, { with: attributes })) as Namespace;
      case 'package':
        return this.importPackage(target.url, attributes);
    }
  }

  /** A module of the kernel itself. */
  private ownModule(specifier: string): OwnModule {
    const own = this.own[specifier];
    if (own) return own;
    const { load, loaded } = this.options.tensors!;
    const kind = tensorKind(specifier);
    const found = (library: object | undefined) => library && tensorExports(kind, library);
    return { load: async () => tensorExports(kind, await load()), loaded: () => found(loaded()) };
  }

  /** Loads the kernel's modules that a module will ask for, where asking cannot wait. */
  private async ready(target: Target): Promise<void> {
    if (target.kind === 'own') {
      const own = this.ownModule(target.specifier);
      await own.prepare?.(undefined);
      await own.load();
    }
    if (target.kind === 'package' && this.engine && target.url.startsWith('file:'))
      if (needsTensors(fileURLToPath(target.url))) await this.engine.prepare();
  }

  private async importPackage(url: string, attributes: Attributes): Promise<Namespace> {
    await this.ready({ kind: 'package', url });
    const file = url.startsWith('file:') ? fileURLToPath(url) : '';
    // Node wants an attribute for JSON, which TypeScript adds to none
    if (file.endsWith('.json') || file.endsWith('.node')) {
      if (file.endsWith('.json')) checkAttributes({ kind: 'file', file, query: '' }, attributes);
      return jsonNamespace(createRequire(file)(file));
    }
    try {
      const namespace = (await import(url, { with: attributes })) as Namespace;
      await this.engine?.settle();
      return withAllNames(namespace, url);
    } catch (e) {
      throw namesNotebook(e, { dir: this.options.dir, own: __dirname });
    }
  }

  /** The module of `import()` in a file. */
  private async dynamic(specifier: string, from: string, attributes: Attributes): Promise<vm.Module> {
    const target = this.resolver.resolve(specifier, from);
    if (target.kind === 'file') {
      checkAttributes(target, attributes);
      return this.files.load(target);
    }
    const module = await this.moduleOf(target, attributes);
    await module.evaluate();
    return module;
  }

  /** The module of a file's import that is no file of the user. All importers share it. */
  private moduleOf(target: Exclude<Target, FileTarget>, attributes: Attributes): Promise<vm.Module> {
    const key = target.kind === 'package' ? target.url : target.specifier;
    let module = this.foreign.get(key);
    if (!module) {
      module = this.namespaceOf(target, attributes).then(async (namespace) => {
        const m = synthetic(target.kind === 'own' ? { ...namespace, default: namespace } : namespace, `dlnb:${key}`);
        await m.link(() => Promise.reject(new Error('unreachable')));
        return m;
      });
      this.foreign.set(key, module);
      module.catch(() => this.foreign.delete(key)); // a package may be installed meanwhile
    }
    return module;
  }

  /** The function `require` of a file of the user, or of cells. */
  private requireFrom(file: string): NodeJS.Require {
    const known = this.requires.get(file);
    if (known) return known;
    const native = createRequire(file);
    const require = Object.assign((specifier: string) => this.requireModule(specifier, file, native), {
      cache: native.cache,
      extensions: native.extensions,
      main: native.main,
      resolve: Object.assign(
        (specifier: string, options?: NodeJS.RequireResolveOptions) => {
          if (options) return native.resolve(specifier, options);
          const target = this.resolver.resolve(specifier, file, 'require');
          if (target.kind === 'file') return target.file;
          return target.kind === 'package' ? fileURLToPath(target.url) : target.specifier;
        },
        { paths: native.resolve.paths },
      ),
    }) as NodeJS.Require;
    this.requires.set(file, require);
    return require;
  }

  private requireModule(specifier: string, from: string, native: NodeJS.Require): unknown {
    const target = this.resolver.resolve(specifier, from, 'require');
    switch (target.kind) {
      case 'own': {
        const module = this.ownModule(target.specifier).loaded();
        if (module) return module;
        throw new Error(
          `require: "${specifier}" is not loaded yet. Write it as a literal in the cell, require('${specifier}'), or import it: import * as tf from '${specifier}'`,
        );
      }
      case 'file':
        return this.files.require(target);
      case 'node':
        return native(specifier) as unknown;
      case 'package':
        return requirePackage(specifier, target.url, native);
    }
  }

  /** Says once that an option of the user's tsconfig.json is not followed, if code needs it. */
  private notice(text: string): void {
    if (this.noticed || !/^\s*@[A-Za-z_$]/m.test(text)) return;
    if (this.resolver.compilerOptions['emitDecoratorMetadata'] !== true) return;
    this.noticed = true;
    this.options.notify?.(
      'The option "emitDecoratorMetadata" of tsconfig.json is not followed: decorators get no types of parameters and properties. Libraries that need them (TypeORM, NestJS) must be told the types.',
    );
  }
}

/** The kernel's modules have themselves as default export: `import tf from '@tensorflow/tfjs'`, as with CommonJS. */
function withDefault(module: Namespace): Namespace {
  if (!('default' in module) && Object.isExtensible(module))
    Object.defineProperty(module, 'default', { value: module, configurable: true, writable: true });
  return module;
}

function requirePackage(specifier: string, url: string, native: NodeJS.Require): unknown {
  try {
    return native(fileURLToPath(url)) as unknown;
  } catch (e) {
    if ((e as NodeJS.ErrnoException)?.code !== 'ERR_REQUIRE_ESM') throw e;
    throw new Error(
      `require: "${specifier}" is an ES module, which this version of Node.js cannot require. Import it: import * as name from '${specifier}', or await import('${specifier}')`,
    );
  }
}
