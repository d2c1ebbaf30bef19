// The options that the notebooks of a folder are checked with: what the kernel does, and the folder's tsconfig.json.
import path from 'node:path';
import { getTsconfig } from 'get-tsconfig';
import { bundledTypes } from './bundled-types.ts';

/** Options of a tsconfig.json that have no meaning in a notebook, or that the kernel sets by what it does. */
const NOT_TAKEN = new Set([
  ...['target', 'module', 'moduleResolution', 'moduleDetection', 'outDir', 'outFile', 'rootDir', 'rootDirs', 'baseUrl'],
  ...['declaration', 'declarationMap', 'declarationDir', 'emitDeclarationOnly', 'composite', 'incremental', 'noEmit'],
  ...['tsBuildInfoFile', 'sourceMap', 'inlineSourceMap', 'inlineSources', 'sourceRoot', 'mapRoot', 'removeComments'],
  // Imports of one cell are for the others, and what a cell does not use is no error
  ...['isolatedModules', 'isolatedDeclarations', 'verbatimModuleSyntax', 'erasableSyntaxOnly', 'importHelpers'],
  ...['noUnusedLocals', 'noUnusedParameters', 'allowUnreachableCode', 'noLib', 'plugins', 'paths', 'jsx'],
]);

/** Strict, but a parameter without a type and a caught error may be anything, as in a quick try. */
const DEFAULTS = { strict: true, noImplicitAny: false, useUnknownInCatchVariables: false };

/**
 * The text of a tsconfig.json for files that stand in a folder.
 * @param types the folder dist/types
 * @param folder the notebooks'
 * @param files their names
 */
export function projectOf(types: string, folder: string, files: readonly string[]): string {
  const bundled = bundledTypes(types, folder);
  const found = readTsconfig(folder);
  const own = found?.config.compilerOptions as Record<string, unknown> | undefined;
  const taken = Object.fromEntries(Object.entries(own ?? {}).filter(([name]) => !NOT_TAKEN.has(name)));
  const jsx = own?.['jsx'];
  const compilerOptions = {
    ...(own ? { strict: true } : DEFAULTS),
    lib: ['esnext'],
    types: [],
    ...taken,
    target: 'esnext',
    module: 'esnext',
    moduleResolution: 'bundler',
    moduleDetection: 'force',
    noEmit: true,
    allowJs: true,
    checkJs: false,
    allowImportingTsExtensions: true,
    resolveJsonModule: true,
    esModuleInterop: true,
    skipLibCheck: true,
    jsx: jsx === 'react' ? 'react' : 'react-jsx',
    ...(jsx === undefined && { jsxImportSource: bundled.jsxImportSource }),
    paths: { ...(found ? pathsOf(found.path, own!) : {}), ...bundled.paths },
  };
  return JSON.stringify({ compilerOptions, files: [...files.map((file) => `./${file}`), ...bundled.files] }, null, 2);
}

function readTsconfig(folder: string): ReturnType<typeof getTsconfig> {
  try {
    return getTsconfig(folder);
  } catch {
    // The kernel says what is wrong with it
    return null;
  }
}

/** The `paths` of a tsconfig.json, from the root. */
function pathsOf(file: string, options: Record<string, unknown>): Record<string, string[]> {
  const from = path.resolve(path.dirname(file), (options['baseUrl'] as string | undefined) ?? '.');
  const paths = (options['paths'] ?? {}) as Record<string, string[]>;
  return Object.fromEntries(
    Object.entries(paths).map(([name, targets]) => [
      name,
      targets.map((target) => path.resolve(from, target).replaceAll('\\', '/')),
    ]),
  );
}
