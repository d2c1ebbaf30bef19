// The declarations of the module `dlnb`: what the compiler emits for kernel/dlnb/, reached from one file that lists the
// names which cells import.
import { join, posix, relative, sep } from 'node:path';
import ts from 'typescript';

/** What kernel/dlnb/index.ts exports for the kernel alone. */
const INTERNAL = new Set(['Library', 'LibraryHost', 'LibrarySession', 'makeLibrary', 'TENSOR_NAMES']);

/** The compiler needs the type of TensorFlow.js, not our sources of it. */
const TENSORS = `import * as tf from '@tensorflow/tfjs';\nexport { tf };\n`;

/** @returns the files by their paths, `index.d.ts` first */
export function declareLibrary(root) {
  const kernel = join(root, 'kernel');
  const entry = join(kernel, 'dlnb/index.ts');
  const { config } = ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const settings = {
    ...options,
    ...{ types: ['node', '@webgpu/types'], noEmit: false, declaration: true, emitDeclarationOnly: true },
    ...{ stripInternal: true, rootDir: kernel, outDir: kernel, removeComments: false },
  };
  const host = ts.createCompilerHost(settings);
  const { getSourceFile } = host;
  const tensors = join(kernel, 'tensors/index.ts').split(sep).join('/');
  host.getSourceFile = (name, language, ...more) =>
    name === tensors ? ts.createSourceFile(name, TENSORS, language) : getSourceFile.call(host, name, language, ...more);
  const program = ts.createProgram([entry], settings, host);
  const checker = program.getTypeChecker();
  const emitted = new Map();
  program.emit(undefined, (name, text, _bom, _error, sources) => {
    emitted.set(relative(kernel, name).split(sep).join('/'), { text, source: sources?.[0] });
  });

  const files = new Map([['index.d.ts', entryText(checker, program.getSourceFile(entry))]]);
  const waiting = ['dlnb/index.d.ts'];
  while (waiting.length > 0) {
    const name = waiting.pop();
    const file = emitted.get(name);
    if (!file) throw new Error(`The declarations of dlnb have an import of ${name}, which was not emitted.`);
    const problems = program.getDeclarationDiagnostics(file.source).filter(({ category }) => category === 1);
    if (problems.length > 0)
      throw new Error(ts.formatDiagnostics(problems, { ...host, getCurrentDirectory: () => root }));
    const text =
      name === 'tensors/index.d.ts' ? TENSORS : withTypesOf(emitted, name, withImports(withDocs(checker, file)));
    files.set(name, text);
    for (const [, to] of text.matchAll(/(?:from |import\()['"](\.[^'"]+)\.ts['"]/g)) {
      const path = posix.join(posix.dirname(name), `${to}.d.ts`);
      if (!files.has(path) && !waiting.includes(path)) waiting.push(path);
    }
  }
  return files;
}

/** The file that cells import: values as constants, and the public types. */
function entryText(checker, source) {
  const names = checker.getExportsOfModule(checker.getSymbolAtLocation(source));
  const library = checker.getDeclaredTypeOfSymbol(names.find(({ name }) => name === 'Library'));
  const types = names
    .filter((symbol) => alias(checker, symbol).flags & ts.SymbolFlags.Type)
    .map(({ name }) => name)
    .filter((name) => !INTERNAL.has(name));
  const values = library.getProperties().map((symbol) => {
    const doc = docOf(checker, symbol);
    if (!doc) throw new Error(`dlnb: ${symbol.name} has no doc comment.`);
    // With its types: `tf.Tensor`
    if (symbol.name === 'tf') return `${doc}\nexport { tf } from './tensors/index.ts';`;
    return `${doc}\nexport declare const ${symbol.name}: Library['${symbol.name}'];`;
  });
  return [
    '// The module `dlnb` of cells. Made from its sources.',
    "import type { Library } from './dlnb/index.ts';",
    `export type { ${types.sort().join(', ')} } from './dlnb/index.ts';`,
    '',
    values.join('\n\n'),
    '',
  ].join('\n');
}

/** A file of kernel/tensors/ with the interfaces that it imports from there in it: the devices stay out. */
function withTypesOf(emitted, name, text) {
  if (!name.startsWith('tensors/')) return text;
  return text.replace(/^import \{([^}]*)\} from '(\.[^']+)\.ts';\n/gm, (_, names, from) => {
    const { text: other } = emitted.get(posix.join(posix.dirname(name), `${from}.d.ts`));
    return names
      .split(',')
      .map((n) => {
        const found = new RegExp(
          `(/\\*\\*(?:(?!\\*/)[^])*\\*/\\n)?export interface ${n.replace('type ', '').trim()} \\{[^]*?\\n\\}\\n`,
        ).exec(other);
        if (!found) throw new Error(`${name}: ${n} of ${from} is no interface.`);
        return found[0];
      })
      .join('');
  });
}

/** A file with imports at its top instead of `import('…').Name` within types. */
export function withImports(text) {
  /** What names of the file stand for: a module, or the file itself. */
  const known = new Map();
  for (const [, list, from] of text.matchAll(/^import (?:type )?\{([^}]*)\} from ['"]([^'"]+)['"]/gm))
    for (const name of list.split(',')) known.set(name.replace(/^\s*type /, '').trim(), from);
  for (const [, name] of text.matchAll(/\b(?:interface|type|class|function|const) (\w+)/g)) known.set(name, '');
  const added = [];
  const body = text.replace(/import\("([^"]+)"\)\.(\w+)/g, (whole, from, name) => {
    if (!known.has(name)) {
      known.set(name, from);
      added.push(`import type { ${name} } from '${from}';\n`);
    }
    return known.get(name) === from ? name : whole;
  });
  return added.join('') + body;
}

/** The symbol that a name at a place in the sources stands for. */
function named(checker, name, place) {
  const found = checker.resolveName(
    name,
    place,
    ts.SymbolFlags.Value | ts.SymbolFlags.Type | ts.SymbolFlags.Alias,
    false,
  );
  return found && found.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(found) : found;
}

/**
 * The doc comment of a property: its own, without indentation; if that is `{@link f}`, or none, that of the function
 * that it holds.
 */
function docOf(checker, symbol, seen = new Set()) {
  if (seen.has(symbol)) return '';
  seen.add(symbol);
  for (const declaration of symbol.declarations ?? []) {
    const own = commentOf(declaration);
    const link = /^\/\*\*\s*\{@link (\w+)\}(?:[.;]\s*)?([^]*?)\s*\*\/$/.exec(own);
    if (!link && own) return own;
    const value = link
      ? named(checker, link[1], declaration)
      : ts.isShorthandPropertyAssignment(declaration)
        ? alias(checker, checker.getShorthandAssignmentValueSymbol(declaration))
        : ts.isPropertyAssignment(declaration) && ts.isIdentifier(declaration.initializer)
          ? named(checker, declaration.initializer.text, declaration)
          : undefined;
    const doc = value && docOf(checker, value, seen);
    if (doc) return link?.[2] ? withSentence(doc, link[2]) : doc;
    // A call, or a shorthand of a variable that has no comment: what its type says of itself
    const type = checker.getTypeOfSymbolAtLocation(symbol, declaration);
    for (const holder of [type.aliasSymbol, type.symbol, type.getCallSignatures()[0]?.declaration?.symbol]) {
      const said = holder && holder !== symbol && docOf(checker, holder, seen);
      if (said) return said;
    }
  }
  return '';
}

const alias = (checker, symbol) =>
  symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;

/** The doc comment before a declaration, its lines without indentation. */
function commentOf(declaration) {
  const at = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  const text = at.getSourceFile().text;
  const last = ts.getJSDocCommentsAndTags(at).filter(ts.isJSDoc).at(-1);
  return last ? text.slice(last.pos, last.end).replace(/\n\s*\*/g, '\n *') : '';
}

/** Adds a sentence to the description of a doc comment. */
function withSentence(doc, sentence) {
  const more = sentence[0].toUpperCase() + sentence.slice(1);
  const at = doc.search(/\n \* @|\s*\*\/$/);
  return doc.startsWith('/**\n')
    ? `${doc.slice(0, at)}\n * ${more}${doc.slice(at)}`
    : `/**\n * ${doc.slice(4, at)}\n * ${more}\n */`;
}

/** A file as emitted, with the doc comments of functions at the properties that hold them. */
function withDocs(checker, { text, source }) {
  const file = ts.createSourceFile('emitted.d.ts', text, ts.ScriptTarget.Latest, true);
  // Objects that functions make: their properties by name, and those of objects in them: `initializers.heNormal`
  const properties = new Map();
  const gather = (type, before) => {
    for (const property of type.getProperties()) {
      properties.set(before + property.name, property);
      const its = checker.getTypeOfSymbol(property);
      if (before === '' && its.symbol && its.symbol.flags & ts.SymbolFlags.ObjectLiteral)
        gather(its, `${property.name}.`);
    }
  };
  for (const statement of source.statements)
    if (ts.isFunctionDeclaration(statement))
      gather(checker.getReturnTypeOfSignature(checker.getSignatureFromDeclaration(statement)), '');
  const pathOf = (node) => {
    const outer = node.parent.parent;
    const isNested = ts.isTypeLiteralNode(node.parent) && ts.isPropertySignature(outer);
    return isNested ? `${outer.name.getText()}.${node.name.getText()}` : node.name.getText();
  };
  const edits = [];
  const visit = (node) => {
    const isMember = ts.isPropertySignature(node) || ts.isMethodSignature(node);
    const symbol = isMember && properties.get(pathOf(node));
    const comment = isMember ? commentOf(node) : '';
    const link = /^\/\*\*\s*\{@link (\w+)\}/.exec(comment);
    if (isMember && (symbol ? !comment || link : link)) {
      const own = symbol ?? undefined;
      const target = link && named(checker, link[1], source);
      const doc = (own && docOf(checker, own)) || (target && docOf(checker, target));
      if (doc) {
        const start = node.getStart();
        const indent = ' '.repeat(start - text.lastIndexOf('\n', start) - 1);
        const from = comment ? text.lastIndexOf('/**', start) : start;
        edits.push([from, start, `${doc.replaceAll('\n', `\n${indent}`)}\n${indent}`]);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return edits
    .sort((a, b) => b[0] - a[0])
    .reduce((out, [from, to, by]) => out.slice(0, from) + by + out.slice(to), text);
}
