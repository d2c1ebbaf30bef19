// Says whether a name that a module does not export is one of its types: of a TypeScript file by reading it, of a
// package by reading its declarations, of the kernel's and Node's modules by a list.
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type * as Parser from '@babel/parser';
import { moduleResolve } from 'import-meta-resolve';
import { loadParser } from '../load-parser.ts';
import { isFile, packageFolder, probe, readManifest, type Target } from './resolve.ts';
import listed from './type-names.json' with { type: 'json' };

type Statement = ReturnType<typeof Parser.parse>['program']['body'][number];

/** Most declaration files that are read for one name. */
const MAX_FILES = 300;

/** What a TypeScript file declares and exports. */
interface Declarations {
  stamp: string;
  /** Declared at the top, or in a namespace that the file exports as a whole. */
  types: Set<string>;
  values: Set<string>;
  /** Local names of imports. */
  imports: Map<string, { from: string; name: string; isType: boolean }>;
  /** Exported names. `from` is missing for those of the file itself. */
  exports: Map<string, { from?: string; name: string; isType: boolean }>;
  /** Modules all of whose names are exported. */
  stars: string[];
  /** The name behind `export =`. */
  whole: string | undefined;
  /** Types in namespaces, by the name of the namespace. */
  namespaces: Map<string, Set<string>>;
  /** Declarations of, and additions to, other modules. */
  modules: { name: string; declarations: Declarations }[];
  /** Files that belong to this one. */
  references: string[];
}

type Kind = 'type' | 'value' | undefined;

export class TypeExports {
  private readonly files = new Map<string, Declarations | undefined>();

  /**
   * Whether a module has a type of this name, and no value. Declarations that cannot be read have every type.
   * @param target undefined if the module itself cannot be found: its declarations may be there all the same
   */
  has(name: string, specifier: string, from: string, target: Target | undefined): boolean {
    switch (target?.kind) {
      case 'own':
        return ofList(target.specifier).includes(name);
      case 'node': {
        const bare = target.specifier.replace(/^node:/, '');
        return ofList(`node:${bare}`).includes(name);
      }
      case 'file':
        return this.kind(name, target.file, new Set()) === 'type';
      default:
        return this.kindInPackage(name, specifier, from, new Set()) === 'type';
    }
  }

  private kindInPackage(name: string, specifier: string, from: string, seen: Set<string>): Kind {
    const file = declarationsOf(specifier, from);
    return file === undefined ? undefined : this.kind(name, file, seen, specifier);
  }

  /**
   * What a file exports under a name.
   * @param specifier of the package, whose declarations may stand in the file as `declare module`
   */
  private kind(name: string, file: string, seen: Set<string>, specifier?: string): Kind {
    if (seen.has(file)) return undefined;
    seen.add(file);
    if (seen.size > MAX_FILES) return 'type';
    const declared = this.read(file);
    if (!declared) return /\.[cm]?tsx?$/.test(file) ? 'type' : undefined;
    const own = this.kindIn(declared, name, file, seen);
    if (own) return own;
    const parts = [declared];
    for (let i = 0; i < parts.length && i < MAX_FILES; i++) {
      const at = i === 0 ? file : parts[i]!.stamp.split('\n')[0]!;
      for (const { name: module, declarations } of parts[i]!.modules) {
        const same =
          module === specifier ||
          (/^\.{0,2}\//.test(module) && declarationFile(path.resolve(path.dirname(at), module)) === file);
        const found = same ? this.kindIn(declarations, name, at, seen, parts[i]) : undefined;
        if (found) return found;
      }
      for (const reference of parts[i]!.references) {
        const more = this.read(path.resolve(path.dirname(at), reference));
        if (more && !parts.includes(more)) parts.push(more);
      }
    }
    return undefined;
  }

  /** @param around what stands around `declare module` */
  private kindIn(d: Declarations, name: string, file: string, seen: Set<string>, around: Declarations = d): Kind {
    if (d.whole !== undefined) {
      if (name === 'default') return 'value';
      const inside = (d.namespaces.get(d.whole) ?? around.namespaces.get(d.whole))?.has(name);
      if (inside) return 'type';
      const imported = d.imports.get(d.whole);
      return imported ? this.follow(name, imported.from, file, seen) : undefined;
    }
    const exported = d.exports.get(name);
    if (exported) {
      if (exported.isType) return 'type';
      if (exported.from !== undefined) return this.follow(exported.name, exported.from, file, new Set(seen)) ?? 'value';
      if (d.values.has(exported.name)) return 'value';
      if (d.types.has(exported.name)) return 'type';
      const imported = d.imports.get(exported.name);
      if (!imported) return 'value';
      if (imported.isType) return 'type';
      return imported.name === '*'
        ? 'value'
        : (this.follow(imported.name, imported.from, file, new Set(seen)) ?? 'value');
    }
    if (name === 'default') return undefined;
    for (const star of d.stars) {
      const found = this.follow(name, star, file, seen);
      if (found) return found;
    }
    return undefined;
  }

  private follow(name: string, specifier: string, from: string, seen: Set<string>): Kind {
    if (!/^\.{1,2}(\/|$)/.test(specifier)) return this.kindInPackage(name, specifier, from, seen);
    const base = path.resolve(path.dirname(from), specifier);
    const file = declarationFile(base) ?? probe(base);
    return file === undefined ? undefined : this.kind(name, file, seen);
  }

  private read(file: string): Declarations | undefined {
    let stamp: string;
    try {
      const { mtimeMs, size } = statSync(file);
      stamp = `${file}\n${mtimeMs} ${size}`;
    } catch {
      return undefined;
    }
    const known = this.files.get(file);
    if (known?.stamp === stamp) return known;
    let declarations: Declarations | undefined;
    try {
      declarations = /\.[cm]?tsx?$/.test(file) ? declarationsIn(readFileSync(file, 'utf8'), file, stamp) : undefined;
    } catch {
      declarations = undefined;
    }
    this.files.set(file, declarations);
    return declarations;
  }
}

function ofList(key: string): string[] {
  // The parts of TensorFlow.js share one namespace
  const name = key.replace(/^@tensorflow\/.*/, '@tensorflow/tfjs');
  return (listed as Record<string, string>)[name]?.split(' ') ?? [];
}

function declarationsIn(text: string, file: string, stamp: string): Declarations {
  const dts = /\.d\.[cm]?ts$/.test(file);
  const { program } = loadParser().parse(text, {
    sourceType: 'module',
    errorRecovery: true,
    plugins: [
      ['typescript', { dts }],
      'decorators',
      'explicitResourceManagement',
      ...(/\.tsx$/.test(file) ? (['jsx'] as const) : []),
    ],
  });
  const references = [...text.matchAll(/^\s*\/\/\/\s*<reference\s+path=["']([^"']+)["']/gm)].map((m) => m[1]!);
  return collect(program.body, stamp, dts, references);
}

/** @param ambient whether declarations without `export` are exported too, unless some are marked */
function collect(body: Statement[], stamp: string, ambient: boolean, references: string[] = []): Declarations {
  const d: Declarations = {
    stamp,
    types: new Set(),
    values: new Set(),
    imports: new Map(),
    exports: new Map(),
    stars: [],
    whole: undefined,
    namespaces: new Map(),
    modules: [],
    references,
  };
  let marked = false;
  const declare = (node: Statement, exported: boolean) => {
    for (const name of declared(node, d)) {
      if (exported && !d.exports.has(name)) d.exports.set(name, { name, isType: false });
    }
  };
  for (const node of body) {
    switch (node.type) {
      case 'ImportDeclaration':
        for (const s of node.specifiers)
          d.imports.set(s.local.name, {
            from: node.source.value,
            name:
              s.type === 'ImportDefaultSpecifier'
                ? 'default'
                : s.type === 'ImportNamespaceSpecifier'
                  ? '*'
                  : nameOf(s.imported),
            isType: node.importKind === 'type' || (s.type === 'ImportSpecifier' && s.importKind === 'type'),
          });
        break;
      case 'TSImportEqualsDeclaration':
        if (node.moduleReference.type === 'TSExternalModuleReference')
          d.imports.set(node.id.name, { from: node.moduleReference.expression.value, name: '*', isType: false });
        // `import A = B.C` may be a type: it counts as one, since a value would be in the module
        else d.types.add(node.id.name);
        break;
      case 'ExportNamedDeclaration':
        if (node.declaration) {
          declare(node.declaration, true);
          break;
        }
        marked ||= node.source == null && node.specifiers.length === 0;
        for (const s of node.specifiers) {
          const isType = node.exportKind === 'type' || (s.type === 'ExportSpecifier' && s.exportKind === 'type');
          const from = node.source ? { from: node.source.value } : {};
          if (s.type === 'ExportSpecifier') d.exports.set(nameOf(s.exported), { ...from, name: s.local.name, isType });
          else d.exports.set(nameOf(s.exported), { name: nameOf(s.exported), isType });
        }
        break;
      case 'ExportDefaultDeclaration':
        d.exports.set('default', {
          name: node.declaration.type === 'Identifier' ? node.declaration.name : 'default',
          isType: (node.declaration.type as string) === 'TSInterfaceDeclaration',
        });
        break;
      case 'ExportAllDeclaration':
        d.stars.push(node.source.value);
        break;
      case 'TSExportAssignment':
        if (node.expression.type === 'Identifier') d.whole = node.expression.name;
        break;
      default:
        declare(node, false);
    }
  }
  if (ambient && !marked && d.whole === undefined)
    for (const name of [...d.types, ...d.values])
      if (!d.exports.has(name)) d.exports.set(name, { name, isType: false });
  return d;
}

const nameOf = (node: { type: string; name?: string; value?: string }): string => node.name ?? node.value ?? '';

/** Notes the names that a statement declares. */
function declared(node: Statement, d: Declarations): string[] {
  const type = (name: string) => (d.types.add(name), [name]);
  const value = (name: string | undefined) => (name === undefined ? [] : (d.values.add(name), [name]));
  switch (node.type) {
    case 'TSInterfaceDeclaration':
    case 'TSTypeAliasDeclaration':
      return type(node.id.name);
    case 'FunctionDeclaration':
    case 'TSDeclareFunction':
    case 'ClassDeclaration':
      return value(node.id?.name);
    case 'TSEnumDeclaration':
      return value(node.id.name);
    case 'VariableDeclaration':
      return node.declarations.flatMap((v) => (v.id.type === 'Identifier' ? value(v.id.name) : []));
    case 'TSModuleDeclaration': {
      const body = node.body.type === 'TSModuleBlock' ? node.body.body : [];
      const inner = collect(body as Statement[], '', true);
      if (node.id.type === 'StringLiteral') {
        d.modules.push({ name: node.id.value, declarations: inner });
        return [];
      }
      const { name } = node.id as { name: string };
      const types = d.namespaces.get(name) ?? new Set();
      for (const t of inner.types) if (!inner.values.has(t)) types.add(t);
      d.namespaces.set(name, types);
      const hasValue =
        inner.values.size > 0 || [...inner.exports.values()].some((e) => !e.isType && !inner.types.has(e.name));
      return hasValue ? value(name) : d.values.has(name) ? [name] : type(name);
    }
    default:
      return [];
  }
}

/** The declaration file that belongs to a path, with or without the extension of a JavaScript file. */
function declarationFile(base: string): string | undefined {
  const js = /\.([cm]?)jsx?$/.exec(base);
  const stem = js ? base.slice(0, js.index) : base;
  const kinds = js?.[1] ? [js[1]] : ['', 'm', 'c'];
  return [
    ...(/\.[cm]?tsx?$/.test(base) ? [base] : []),
    ...kinds.flatMap((k) => [`${stem}.d.${k}ts`, `${stem}.${k}ts`]),
    `${stem}.tsx`,
    path.join(base, 'index.d.ts'),
    path.join(base, 'index.ts'),
  ].find(isFile);
}

/** The declarations of a package, from itself or from `@types`. */
function declarationsOf(specifier: string, from: string): string | undefined {
  const [, name, rest = ''] = /^((?:@[^/]+\/)?[^/]+)\/?(.*)$/.exec(specifier) ?? [];
  if (name === undefined) return undefined;
  const folder = packageFolder(name, from);
  const found = folder === undefined ? undefined : ownDeclarations(specifier, from, folder, rest);
  if (found !== undefined || name.startsWith('@types/')) return found;
  const types = `@types/${name.replace(/^@([^/]+)\//, '$1__')}`;
  const typesFolder = packageFolder(types, from);
  return typesFolder === undefined
    ? undefined
    : ownDeclarations(rest ? `${types}/${rest}` : types, from, typesFolder, rest);
}

function ownDeclarations(specifier: string, from: string, folder: string, rest: string): string | undefined {
  const manifest = readManifest(folder);
  if (manifest['exports'] !== undefined) {
    try {
      const conditions = new Set(['types', 'import', 'node']);
      const file = fileURLToPath(moduleResolve(specifier, pathToFileURL(from), conditions));
      return declarationFile(file);
    } catch {
      // Older packages with `exports` have their types at the place named for older compilers
    }
  }
  const named = manifest['types'] ?? manifest['typings'];
  const entry = rest || (typeof named === 'string' ? named : '');
  for (const mapped of versionedPaths(manifest['typesVersions'], entry || 'index.d.ts')) {
    const file = declarationFile(path.join(folder, mapped));
    if (file) return file;
  }
  const main = typeof manifest['main'] === 'string' ? manifest['main'] : 'index.js';
  return (
    declarationFile(path.join(folder, entry || main)) ??
    (rest ? undefined : declarationFile(path.join(folder, 'index')))
  );
}

/** Where `typesVersions` sends a path, for the newest compiler. */
function versionedPaths(versions: unknown, entry: string): string[] {
  if (typeof versions !== 'object' || versions === null) return [];
  for (const [range, paths] of Object.entries(versions as Record<string, Record<string, string[]>>)) {
    // `*` and `>=4.2` hold for the newest compiler; `<=5.0` does not
    if (!/^\s*(\*|>)/.test(range) || range.includes('<')) continue;
    for (const [pattern, targets] of Object.entries(paths)) {
      const [before = '', after] = pattern.split('*');
      const fits = after === undefined ? entry === pattern : entry.startsWith(before) && entry.endsWith(after);
      if (!fits) continue;
      const star = after === undefined ? '' : entry.slice(before.length, entry.length - after.length);
      return targets.map((t) => t.replace('*', star));
    }
  }
  return [];
}
