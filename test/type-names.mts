// `node test/type-names.mts`: writes kernel/process/cell/modules/type-names.json, the names that TensorFlow.js, the
// module `dlnb` and Node's modules export as types alone. Run it when one of them has new types; a test says so.
import { writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import ts from 'typescript';

const root = join(import.meta.dirname, '..');
const file = join(root, 'kernel/process/cell/modules/type-names.json');
const ofTensorFlow = ['tfjs', 'tfjs-core', 'tfjs-layers', 'tfjs-data', 'tfjs-converter'].map((n) => `@tensorflow/${n}`);

/**
 * The content of the list: names with spaces between them, by module. Node's modules are named `node:…`; the parts of
 * TensorFlow.js share one list, as they share one namespace.
 */
export function typeNames(): Record<string, string> {
  const entry = join(root, 'kernel/process/cell/type-names-entry.ts');
  const own = join(root, 'kernel/dlnb/index.ts');
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    target: ts.ScriptTarget.ESNext,
    allowImportingTsExtensions: true,
    resolveJsonModule: true,
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
  };
  const nodes = builtinModules.filter((m) => !m.startsWith('_')).map((m) => `node:${m.replace(/^node:/, '')}`);
  const modules = [...ofTensorFlow, ...nodes].sort();
  const text = modules.map((m, i) => `import * as m${i} from '${m}';`).join('\n');
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === entry || fileExists.call(host, name);
  host.getSourceFile = (name, language, ...more) =>
    name === entry ? ts.createSourceFile(name, text, language) : getSourceFile.call(host, name, language, ...more);
  const program = ts.createProgram([entry, own], options, host);
  const checker = program.getTypeChecker();

  const typesOf = (symbol: ts.Symbol | undefined): string[] =>
    (symbol ? checker.getExportsOfModule(symbol) : [])
      .filter((s) => {
        const target = s.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(s) : s;
        return (target.flags & ts.SymbolFlags.Value) === 0 || isTypeOnly(s);
      })
      .map((s) => s.name)
      .filter((name) => /^[\w$]+$/.test(name) && name !== 'default');
  const result: Record<string, string> = {};
  const tensorflow = new Set<string>();
  for (const statement of program.getSourceFile(entry)!.statements) {
    const { moduleSpecifier } = statement as ts.ImportDeclaration;
    const name = (moduleSpecifier as ts.StringLiteral).text;
    const types = typesOf(checker.getSymbolAtLocation(moduleSpecifier));
    if (name.startsWith('@')) for (const t of types) tensorflow.add(t);
    else if (types.length > 0) result[name] = types.sort().join(' ');
  }
  result['@tensorflow/tfjs'] = [...tensorflow].sort().join(' ');
  result['dlnb'] = typesOf(checker.getSymbolAtLocation(program.getSourceFile(own)!))
    .sort()
    .join(' ');
  return Object.fromEntries(Object.entries(result).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Whether a name is exported by `export type`, whatever it stands for. */
function isTypeOnly(symbol: ts.Symbol): boolean {
  return (symbol.declarations ?? []).some(
    (d) => ts.isExportSpecifier(d) && (d.isTypeOnly || d.parent.parent.isTypeOnly),
  );
}

/** The text of the file. */
export const typeNamesText = (): string => `${JSON.stringify(typeNames(), null, 2)}\n`;

if (process.argv[1] === import.meta.filename) writeFileSync(file, typeNamesText());
