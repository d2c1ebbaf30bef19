// Compiles TypeScript to JavaScript with esbuild: strips types, lowers decorators and `using`, and makes a source map.
import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type * as Esbuild from 'esbuild';

/** A syntax error of a cell or a module, with its position as typed. */
export class SourceError extends SyntaxError {
  override name = 'SyntaxError';
  constructor(
    message: string,
    /** The erroneous text: a script name (`dlnb-cell:/…`) or a file path. */
    readonly script: string,
    /** From 1. */
    readonly line: number,
    /** From 1. */
    readonly column: number,
    readonly code: string,
  ) {
    super(message);
    // A printed error shows its enumerable properties, and these hold a path and the whole text
    for (const key of Object.keys(this)) Object.defineProperty(this, key, { enumerable: false });
  }
}

/** The JavaScript of a text. */
export interface Stripped {
  code: string;
  /** JSON of a version 3 source map from `code` to the text as typed. */
  map: string;
}

export type Loader = 'ts' | 'tsx' | 'js' | 'jsx';

export interface StripOptions {
  loader: Loader;
  /** Name of the text in source maps and errors. */
  script: string;
  /** Keep unused imports. Cells need them, because a later cell may use them. */
  keepImports: boolean;
  /** Let JSX import what it needs from React, without an import in the text. */
  automaticJsx?: boolean;
  /** `compilerOptions` of the user's tsconfig.json; only those that change the meaning of code apply. */
  compilerOptions?: Record<string, unknown>;
}

let esbuild: typeof Esbuild | undefined;
let service: Promise<typeof Esbuild> | undefined;

/**
 * Starts esbuild's service, once. An early call warms it up for the first transform.
 */
export function startEsbuild(): Promise<typeof Esbuild> {
  service ??= (async () => {
    await loadEsbuild().transform('', { loader: 'ts' });
    return loadEsbuild();
  })();
  return service;
}

/** Loads esbuild's API. The built product has its program in `esbuild/` beside the kernel's bundle. */
function loadEsbuild(): typeof Esbuild {
  if (esbuild) return esbuild;
  const dir = path.join(__dirname, 'esbuild');
  const program = path.join(dir, process.platform === 'win32' ? 'esbuild.exe' : 'esbuild');
  const require = createRequire(path.join(__dirname, 'kernel.js'));
  if (!existsSync(program)) return (esbuild = require('esbuild') as typeof Esbuild);
  // esbuild reads the variable when it is loaded; the user's code must not see it
  const before = process.env['ESBUILD_BINARY_PATH'];
  process.env['ESBUILD_BINARY_PATH'] = program;
  try {
    return (esbuild = require(path.join(dir, 'lib/main.js')) as typeof Esbuild);
  } finally {
    if (before === undefined) delete process.env['ESBUILD_BINARY_PATH'];
    else process.env['ESBUILD_BINARY_PATH'] = before;
  }
}

/**
 * The options of a tsconfig.json that change the meaning of code. The others (strictness, target, module) do not apply.
 */
const meaningful = [
  'experimentalDecorators',
  'useDefineForClassFields',
  'jsx',
  'jsxFactory',
  'jsxFragmentFactory',
  'jsxImportSource',
];

/**
 * Strips the types of a text.
 * @throws SourceError at the first error
 */
export async function strip(code: string, options: StripOptions): Promise<Stripped> {
  const esbuild = await startEsbuild();
  try {
    return stripped(await esbuild.transform(code, transformOptions(options)), code, options.script);
  } catch (e) {
    throw asSourceError(e, code, options.script);
  }
}

/**
 * Strips the types of a text, for files that are required. It starts a process for each text.
 * @throws SourceError at the first error
 */
export function stripSync(code: string, options: StripOptions): Stripped {
  try {
    return stripped(loadEsbuild().transformSync(code, transformOptions(options)), code, options.script);
  } catch (e) {
    throw asSourceError(e, code, options.script);
  }
}

function transformOptions({
  loader,
  script,
  keepImports,
  automaticJsx = false,
  compilerOptions = {},
}: StripOptions): Esbuild.TransformOptions {
  const kept = Object.fromEntries(Object.entries(compilerOptions).filter(([k]) => meaningful.includes(k)));
  // A bundler would compile preserved JSX later
  if (automaticJsx || kept['jsx'] === 'preserve' || kept['jsx'] === 'react-native') kept['jsx'] = 'react-jsx';
  return {
    loader,
    sourcefile: script,
    sourcemap: 'external',
    sourcesContent: false,
    target: 'node20',
    supported: { 'top-level-await': true },
    legalComments: 'inline',
    tsconfigRaw: { compilerOptions: { ...kept, ...(keepImports ? { verbatimModuleSyntax: true } : {}) } as object },
  };
}

function stripped({ code: js, map, warnings }: Esbuild.TransformResult, code: string, script: string): Stripped {
  // Rewriting a cell makes constants assignable, so this error of JavaScript's run time is thrown here
  const constant = warnings.find((w) => w.id === 'assign-to-constant');
  if (constant) throw fromMessage(constant, code, script, (name) => `Assignment to constant variable ${name}`);
  return { code: js, map };
}

function asSourceError(e: unknown, code: string, script: string): unknown {
  const first = (e as Esbuild.TransformFailure).errors?.[0];
  return first ? fromMessage(first, code, script) : e;
}

function fromMessage(m: Esbuild.Message, code: string, script: string, reword?: (name: string) => string): SourceError {
  const name = /"([^"]+)"/.exec(m.text)?.[1] ?? '';
  const text = reword ? reword(name) : m.text.replace(/:$/, '');
  const line = m.location?.line ?? 1;
  // esbuild counts columns in UTF-8 bytes from 0
  const before = Buffer.from(m.location?.lineText ?? '')
    .subarray(0, m.location?.column ?? 0)
    .toString();
  return new SourceError(text, script, line, before.length + 1, code);
}
