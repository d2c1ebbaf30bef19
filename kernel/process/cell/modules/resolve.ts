// Finds what an import means: a module of the kernel, one of Node, a file of the user, or a package.
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { builtinModules, createRequire, isBuiltin } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createPathsMatcher, getTsconfig, type TsConfigResult } from 'get-tsconfig';
import { moduleResolve } from 'import-meta-resolve';
import { didYouMean } from '../../../wire/closest.ts';

/** A file of the user. */
export interface FileTarget {
  kind: 'file';
  file: string;
  /** `?…` and `#…` behind the path: each makes an instance of its own. */
  query: string;
}

/** What an import means. */
export type Target =
  /** A module of the kernel, or of Node. */
  | { kind: 'own' | 'node'; specifier: string }
  | FileTarget
  /** A module that Node loads. */
  | { kind: 'package'; url: string };

/** An import that leads nowhere. Its code is Node's, and like its name no part of what is printed. */
export class NotFoundError extends Error {
  declare readonly code: 'ERR_MODULE_NOT_FOUND';

  constructor(message: string) {
    super(message);
    for (const [key, value] of [
      ['name', 'Error'],
      ['code', 'ERR_MODULE_NOT_FOUND'],
    ] as const)
      Object.defineProperty(this, key, { value, configurable: true, writable: true });
  }
}

const extensions = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.json'];

export class Resolver {
  private config: { result: TsConfigResult | null; match: ((s: string) => string[]) | null; stamp: string } | undefined;

  constructor(
    /** The notebook's folder. */
    private readonly dir: string,
    /** Specifiers of the kernel's own modules. */
    private readonly own: readonly string[],
    /** Whether a specifier that is not among them means a module of the kernel too. */
    private readonly alsoOwn: (specifier: string) => boolean = () => false,
  ) {}

  /** Where the imports of cells are resolved from: a file that does not exist. */
  get cell(): string {
    return path.join(this.dir, 'cell.mjs');
  }

  /**
   * Finds a module.
   * @param from the importing file
   * @param how the conditions under which `exports` of packages are read
   * @throws NotFoundError that says what is missing and how to get it
   */
  resolve(specifier: string, from: string, how: 'import' | 'require' = 'import'): Target {
    if (typeof specifier !== 'string')
      throw new TypeError(`${how}: the specifier must be a string, not ${typeof specifier}`);
    if (this.own.includes(specifier) || this.alsoOwn(specifier)) return { kind: 'own', specifier };
    if (isBuiltin(specifier)) return { kind: 'node', specifier };
    if (specifier.startsWith('file:')) {
      const url = new URL(specifier);
      return toTarget(existing(fileURLToPath(url), specifier, this.dir), url.search + url.hash);
    }
    if (/^\.{0,2}\//.test(specifier) || specifier === '.' || specifier === '..' || path.isAbsolute(specifier))
      return relative(specifier, path.dirname(from), this.dir);
    refuseScheme(specifier);
    if (/^[a-z][a-z+.-]+:/i.test(specifier) && !specifier.startsWith('node:'))
      return { kind: 'package', url: specifier };
    for (const candidate of this.tsconfig.match?.(specifier) ?? []) {
      const file = probe(candidate);
      if (file) return toTarget(file);
    }
    return this.package(specifier, from, how);
  }

  /** `import.meta.resolve`: the URL of a module. */
  url(specifier: string, from: string): string {
    if (/^\.{0,2}\//.test(specifier)) {
      // Like Node, it does not ask whether the file exists
      const file = probe(path.resolve(path.dirname(from), specifier));
      return (file ? pathToFileURL(file) : new URL(specifier, pathToFileURL(from))).href;
    }
    const target = this.resolve(specifier, from);
    switch (target.kind) {
      case 'own':
        return specifier;
      case 'node':
        return specifier.startsWith('node:') ? specifier : `node:${specifier}`;
      case 'file':
        return pathToFileURL(target.file).href + target.query;
      case 'package':
        return target.url;
    }
  }

  private package(specifier: string, from: string, how: 'import' | 'require'): Target {
    let failure: { code?: string; url?: string; message: string };
    try {
      if (how === 'require') return toTarget(createRequire(from).resolve(specifier));
      const url = moduleResolve(specifier, pathToFileURL(from));
      return url.protocol === 'file:'
        ? toTarget(fileURLToPath(url), url.search + url.hash)
        : { kind: 'package', url: url.href };
    } catch (e) {
      failure = e as typeof failure;
    }
    if (specifier.startsWith('#')) throw failure as Error;
    const [, name = specifier, rest = ''] = /^((?:@[^/]+\/)?[^/]+)(.*)$/.exec(specifier) ?? [];
    const folder = packageFolder(name, from);
    if (folder === undefined) throw this.noPackage(name, from);
    const manifest = readManifest(folder);
    const found =
      manifest['exports'] === undefined
        ? withoutExports(specifier, from, path.join(folder, rest || mainOf(manifest)))
        : failure.url && probe(fileURLToPath(failure.url));
    // TypeScript of a linked package is built nowhere; packages in node_modules are taken as they are
    if (found) return toTarget(realpathSync(found));
    throw notInPackage(specifier, name, folder, manifest);
  }

  private noPackage(name: string, from: string): NotFoundError {
    const near = didYouMean(name, [...this.own, ...installed(from), ...builtinModules.filter((m) => !/^_|\//.test(m))]);
    const install = near ? 'To install what you wrote:' : 'Install it there:';
    return new NotFoundError(
      `Cannot find package "${name}" from the notebook's folder${near || '.'} ${install} npm install ${name}`,
    );
  }

  /** `compilerOptions` of the tsconfig.json that applies to the notebook's folder. */
  get compilerOptions(): Record<string, unknown> {
    return (this.tsconfig.result?.config.compilerOptions ?? {}) as Record<string, unknown>;
  }

  private get tsconfig() {
    const found = getTsconfig(this.dir);
    const stamp = found ? `${found.path} ${statSync(found.path).mtimeMs}` : '';
    if (this.config?.stamp !== stamp) {
      this.config = { result: found, match: found ? createPathsMatcher(found) : null, stamp };
    }
    return this.config!;
  }
}

/** @throws NotFoundError for addresses that Deno, Bun or browsers import, and Node does not */
function refuseScheme(specifier: string): void {
  const [, scheme, rest = ''] = /^(npm|jsr|https?):(?:\/\/)?(.*)$/.exec(specifier) ?? [];
  if (scheme === undefined) return;
  const name = /^\/?((?:@[^/@]+\/)?[^/@]+)/.exec(rest)?.[1] ?? 'NAME';
  if (scheme === 'npm')
    throw new NotFoundError(
      `Cannot import "${specifier}": Node.js has no "npm:" imports. Install the package in the notebook's folder: npm install ${name} – and write: from '${name}'`,
    );
  if (scheme === 'jsr')
    throw new NotFoundError(
      `Cannot import "${specifier}": Node.js has no "jsr:" imports. Install the package in the notebook's folder: npx jsr add ${name} – and write: from '${name}'`,
    );
  const ofPackage =
    /^(?:esm\.sh|cdn\.skypack\.dev|unpkg\.com|cdn\.jsdelivr\.net\/npm|deno\.land\/x|ga\.jspm\.io\/npm:)\/?((?:@[^/@]+\/)?[^/@?]+)/.exec(
      rest,
    )?.[1];
  throw new NotFoundError(
    `Cannot import "${specifier}": modules are not loaded from the network. ${
      ofPackage
        ? `Install the package in the notebook's folder: npm install ${ofPackage} – and write: from '${ofPackage}'`
        : "Install its package in the notebook's folder (npm install NAME), or save the file beside the notebook and import it by its path"
    }`,
  );
}

/** @param notebook the folder that paths in messages are relative to */
function relative(specifier: string, dir: string, notebook: string): Target {
  const file = probe(path.resolve(dir, specifier));
  if (file) return toTarget(file);
  const [, bare, query] = /^([^?#]*)([?#].*)$/.exec(specifier) ?? [];
  const plain = bare ?? specifier;
  const decoded = /%[\da-f]{2}/i.test(plain) ? decode(plain) : plain;
  return toTarget(existing(path.resolve(dir, decoded), specifier, notebook), query);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Files of the user are read by the kernel; packages, and what is no text, by Node. */
function toTarget(file: string, query = ''): Target {
  const foreign = file.split(path.sep).includes('node_modules') || /\.(node|wasm)$/.test(file);
  return foreign ? { kind: 'package', url: pathToFileURL(file).href + query } : { kind: 'file', file, query };
}

/** Whether there is a file of this path. */
export function isFile(file: string): boolean {
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
export function probe(base: string): string | undefined {
  const swapped = /\.([mc]?)jsx?$/.exec(base);
  return [
    base,
    ...extensions.map((e) => base + e),
    ...(swapped ? [`${base.slice(0, swapped.index)}.${swapped[1]}ts`, `${base.slice(0, swapped.index)}.tsx`] : []),
    ...extensions.map((e) => path.join(base, `index${e}`)),
  ].find(isFile);
}

function existing(base: string, specifier: string, notebook: string): string {
  const file = probe(base);
  if (!file)
    throw new NotFoundError(
      `Cannot find "${specifier}": there is no file ${path.relative(notebook, base).split(path.sep).join('/')}${path.extname(base) ? '' : ' (also tried with .ts, .js, .json and as a folder with an index file)'}${nearFile(base)}`,
    );
  return file;
}

/** Guesses which file of the same folder was meant. */
function nearFile(base: string): string {
  const files = list(path.dirname(base)).filter((f) => extensions.includes(path.extname(f)) || !path.extname(f));
  const given = path.basename(base);
  const exact = path.extname(given) !== '';
  return didYouMean(given, new Set(exact ? files : files.map((f) => f.slice(0, f.length - path.extname(f).length))));
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The folders named node_modules that a file sees, the nearest first. */
function packageFolders(from: string): string[] {
  const folders: string[] = [];
  for (let dir = path.dirname(from); ; dir = path.dirname(dir)) {
    if (path.basename(dir) !== 'node_modules') folders.push(path.join(dir, 'node_modules'));
    if (dir === path.dirname(dir)) return folders;
  }
}

/** The folder of an installed package. */
export function packageFolder(name: string, from: string): string | undefined {
  return packageFolders(from)
    .map((folder) => path.join(folder, name))
    .find(existsSync);
}

/** Names of the packages that a file sees. */
function installed(from: string): string[] {
  return packageFolders(from).flatMap((folder) =>
    list(folder).flatMap((name) =>
      name.startsWith('@')
        ? name === '@types'
          ? []
          : list(path.join(folder, name)).map((n) => `${name}/${n}`)
        : name.startsWith('.')
          ? []
          : [name],
    ),
  );
}

/** The package.json of a folder; empty if it has none. */
export function readManifest(folder: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Record<string, unknown>;
  } catch {
    return {};
  }
}

const mainOf = ({ main }: Record<string, unknown>): string => (typeof main === 'string' ? main : 'index');

/** A part of a package without `exports`, as `require` finds it, or a TypeScript file. */
function withoutExports(specifier: string, from: string, base: string): string | undefined {
  try {
    return createRequire(from).resolve(specifier);
  } catch {
    return probe(base);
  }
}

function notInPackage(
  specifier: string,
  name: string,
  folder: string,
  manifest: Record<string, unknown>,
): NotFoundError {
  const part = specifier === name ? '.' : `.${specifier.slice(name.length)}`;
  const { exports } = manifest;
  if (part === '.')
    return new NotFoundError(
      `The package "${name}" is installed and has no file to import${(manifest['types'] ?? manifest['typings']) ? ': it has types alone. Write: import type' : ''}`,
    );
  const keys = typeof exports === 'object' && exports !== null ? Object.keys(exports) : [];
  const parts =
    exports === undefined
      ? list(path.dirname(path.join(folder, part))).map((f) =>
          path.posix.join(path.posix.dirname(part), f).replace(/\.[cm]?js$/, ''),
        )
      : keys.map((k) => k.replace(/^\.\//, ''));
  const near = didYouMean(part.slice(2), parts);
  return new NotFoundError(
    exports === undefined
      ? `Cannot find "${specifier}": the package "${name}" is installed and has no file "${part.slice(2)}"${near}`
      : `Cannot find "${specifier}": the package "${name}" is installed and does not export "${part}"${near}`,
  );
}
