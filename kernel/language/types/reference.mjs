// What the module `dlnb` has, read from its declarations in dist/types/: every function with its signatures, parameters,
// options, errors and example. `help` in cells, the pages of docs/api/ and the test of the examples are made from it.
// Generators such as TypeDoc see one variable of the type `Library` here, whose members are what functions return; the
// compiler itself knows them.
import { join, relative, sep } from 'node:path';
import ts from 'typescript';

/**
 * @typedef {import('../../dlnb/help/reference.ts').Reference} Reference
 */

const FORMAT =
  ts.TypeFormatFlags.NoTruncation |
  ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope |
  ts.TypeFormatFlags.OmitParameterModifiers;

/** The compiler's view of the declarations in a folder dist/types. */
export function openTypes(types) {
  const at = (name) => join(types, name).split(sep).join('/');
  const parts = ['core', 'layers', 'data', 'converter'].flatMap((part) => [
    [`@tensorflow/tfjs-${part}`, [at(`tensorflow/tfjs-${part}/dist/index.d.ts`)]],
    [`@tensorflow/tfjs-${part}/dist/*`, [at(`tensorflow/tfjs-${part}/dist/*`)]],
  ]);
  const options = {
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ['lib.esnext.d.ts'],
    types: [],
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    paths: {
      ...Object.fromEntries(parts),
      dlnb: [at('dlnb/index.d.ts')],
      '@tensorflow/tfjs': [at('tensorflow/tfjs/index.d.ts')],
      'undici-types': [at('undici-types/index.d.ts')],
    },
  };
  const entry = at('dlnb/index.d.ts');
  const files = [entry, at('cells/cells.d.ts'), at('node/index.d.ts')];
  return { options, files, entry };
}

/**
 * Reads the declarations.
 * @param {string} types the folder dist/types
 * @returns {Reference}
 */
export function readReference(types) {
  const { options, files, entry } = openTypes(types);
  const program = ts.createProgram(files, options);
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(entry);
  const ours = join(types, 'dlnb');
  const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(source));
  return { ...new Reader(checker, ours, exported).read(), tensors: readTensors(program, checker, types) };
}

/** Namespaces of TensorFlow.js that people call functions of. */
const SPACES = [
  ...['layers', 'train', 'losses', 'image', 'linalg', 'data', 'initializers', 'regularizers', 'constraints', 'metrics'],
  ...['callbacks', 'io', 'math', 'spectral', 'signal', 'sparse', 'string', 'browser', 'util', 'fused', 'models'],
];
/** Classes whose methods people call. */
const CLASSES = ['Tensor', 'Variable', 'LayersModel', 'Sequential', 'Optimizer'];

/** Where the texts of TensorFlow.js's functions stand in its declarations. */
function readTensors(program, checker, types) {
  const files = [];
  const names = {};
  const add = (path, symbol) => {
    const real = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    const declaration = real.declarations?.find(ts.isClassDeclaration) ?? real.declarations?.[0];
    // `matMul` is a constant of the type of the function `matMul_`, which has the comment
    const call = checker.getTypeOfSymbol(real).getCallSignatures()[0]?.declaration;
    const at = [declaration, call].find((node) => node && commentOf(node)) ?? call;
    const comment = at && commentOf(at);
    if (!comment || !(call || ts.isClassDeclaration(at))) return;
    const code = call ?? at;
    const file = relative(types, at.getSourceFile().fileName).split(sep).join('/');
    if (call && call.getSourceFile() !== at.getSourceFile()) return;
    const [start, end] = ts.isClassDeclaration(code)
      ? [code.getStart(), code.members.pos]
      : [code.name?.getStart() ?? code.getStart(), code.getEnd()];
    const number = files.indexOf(file) < 0 ? files.push(file) - 1 : files.indexOf(file);
    names[path] = [number, comment.pos, comment.end, start, end];
  };
  const module = checker.getSymbolAtLocation(program.getSourceFile(join(types, 'tensorflow/tfjs/index.d.ts')));
  for (const symbol of checker.getExportsOfModule(module)) {
    add(`tf.${symbol.name}`, symbol);
    const real = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    if (SPACES.includes(symbol.name))
      for (const member of checker.getPropertiesOfType(checker.getTypeOfSymbol(real)))
        add(`tf.${symbol.name}.${member.name}`, member);
    if (CLASSES.includes(symbol.name))
      for (const member of checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(real)))
        if (!isPrivate(member)) add(`tf.${symbol.name}.${member.name}`, member);
  }
  return { files, names };
}

/** The comment before a declaration that people are to read. */
function commentOf(node) {
  const at = ts.isVariableDeclaration(node) ? node.parent.parent : node;
  const found = ts.getJSDocCommentsAndTags(at).filter(ts.isJSDoc).at(-1);
  return found && !/@license/.test(found.getText()) ? found : undefined;
}

/** An object without what says nothing. */
function withoutEmpty(object) {
  if (Array.isArray(object)) return object.map(withoutEmpty);
  if (typeof object !== 'object' || object === null) return object;
  return Object.fromEntries(
    Object.entries(object)
      .map(([name, value]) => [name, withoutEmpty(value)])
      .filter(([name, value]) => name === 'text' || (value !== '' && value !== undefined && value?.length !== 0)),
  );
}

class Reader {
  /** Names of types that something refers to, in the order in which they come. */
  wanted = new Set();
  entries = [];

  constructor(checker, folder, exported) {
    this.checker = checker;
    this.folder = folder;
    this.values = exported.filter(({ valueDeclaration, name }) => valueDeclaration && name !== 'tf');
    this.publicTypes = new Map(
      exported
        .filter(({ valueDeclaration }) => !valueDeclaration)
        .map((symbol) => [symbol.name, this.real(symbol)])
        .filter(([, symbol]) => this.isOurs(symbol)),
    );
    /** Names under which types are exported: not always their own. */
    this.nameOf = new Map([...this.publicTypes].map(([name, symbol]) => [symbol, name]));
  }

  read() {
    for (const symbol of this.values) this.readValue(symbol, symbol.name);
    const types = [];
    for (const name of this.wanted) types.push(this.readType(name));
    return { entries: this.entries.map(withoutEmpty), types: types.map(withoutEmpty) };
  }

  real(symbol) {
    return symbol.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(symbol) : symbol;
  }

  isOurs(symbol) {
    const file = symbol?.declarations?.[0]?.getSourceFile().fileName;
    return file !== undefined && !relative(this.folder, file).startsWith('..');
  }

  /** An entry for a value, and those for what it holds. */
  readValue(symbol, path) {
    const type = this.checker.getTypeOfSymbol(symbol);
    const calls = type.getCallSignatures();
    const members = type
      .getProperties()
      .filter((member) => this.isOurs(member) && !member.name.startsWith('__') && !isPrivate(member));
    const entry = {
      path,
      kind: calls.length > 0 ? 'function' : members.length > 0 && isObject(type) ? 'namespace' : 'value',
      ...this.describe(symbol, path, calls),
      members: [],
    };
    this.entries.push(entry);
    if (entry.kind === 'value') return;
    for (const member of members) {
      entry.members.push(`${path}.${member.name}`);
      this.readValue(member, `${path}.${member.name}`);
    }
  }

  /** The text, signatures, parameters, errors and examples of a value. */
  describe(symbol, path, calls) {
    const tags = [];
    const texts = [];
    const add = (comment, its) => {
      const text = plain(comment);
      if (text !== '' && !texts.some((other) => other.includes(text))) texts.push(text);
      for (const { name, text: parts } of its) {
        const said = plain(parts);
        if (!tags.some((tag) => tag.name === name && tag.text === said)) tags.push({ name, text: said });
      }
    };
    add(symbol.getDocumentationComment(this.checker), symbol.getJsDocTags(this.checker));
    for (const call of calls)
      if (call.declaration && this.isOurs({ declarations: [call.declaration] }))
        add(call.getDocumentationComment(this.checker), call.getJsDocTags());
    const examples = tags.filter(({ name }) => name === 'example').map(({ text }) => unfenced(text));
    const text = texts
      .map((t) => t.replace(/^```ts\n([^]*?)\n```$/gm, (_, code) => (examples.push(code), '')))
      .join('\n\n')
      .replace(/\n{3,}/g, '\n\n')
      .trim();
    const parameters = new Map();
    const options = new Set();
    const related = new Set();
    for (const call of calls) {
      for (const parameter of call.parameters) {
        const { valueDeclaration: at } = parameter;
        const type = this.checker.getTypeOfSymbol(parameter);
        const said = tags.find((tag) => tag.name === 'param' && tag.text.split(/\s/)[0] === parameter.name);
        if (at && !parameters.has(parameter.name))
          parameters.set(parameter.name, {
            name: parameter.name,
            type: this.typeText(at, type),
            ...((at.questionToken || at.initializer) && { optional: true }),
            ...withFallback(said ? said.text.slice(parameter.name.length).replace(/^\s*(-\s+)?/, '') : ''),
          });
        for (const name of this.namesIn(at?.type)) (isOptions(name) ? options : related).add(name);
      }
      for (const name of this.namesIn(call.declaration?.type)) related.add(name);
    }
    for (const name of [...options, ...related]) this.wanted.add(name);
    const returned = tags.filter(({ name }) => name === 'returns').map(({ text: said }) => said);
    return {
      text,
      signatures: calls.map((call) => `${path}${this.signatureText(call)}`),
      parameters: [...parameters.values()],
      options: [...options],
      related: [...related],
      returns: returned.join(' '),
      throws: tags.filter(({ name }) => name === 'throws').map(({ text: said }) => said),
      examples,
    };
  }

  /** A type as it is written, if it says the same anywhere; else as the compiler prints it. */
  typeText(declaration, type) {
    const written = declaration.type?.getText();
    if (written && !/\btypeof\b/.test(written)) return shortened(written.replace(/\s*\n\s*/g, ' '));
    return shortened(this.checker.typeToString(type, declaration, FORMAT));
  }

  signatureText(call) {
    const text = this.checker.signatureToString(call, call.declaration, FORMAT, ts.SignatureKind.Call);
    return shortened(text.replace(/\s*\n\s*/g, ' ')).replace(/(\w\?: [\w.]+) \| undefined/g, '$1');
  }

  /** Names of public types of ours in a type as it is written. */
  namesIn(node) {
    const names = new Set();
    const visit = (at) => {
      if (ts.isTypeReferenceNode(at)) {
        const symbol = this.checker.getSymbolAtLocation(at.typeName);
        const real = symbol && this.real(symbol);
        const name = real && (this.nameOf.get(real) ?? this.ownOptions(real));
        if (name) names.add(name);
      }
      ts.forEachChild(at, visit);
    };
    if (node) visit(node);
    return names;
  }

  /** The name of a type of options that cells cannot import, which then can be read as well. */
  ownOptions(symbol) {
    if (!isOptions(symbol.name) || !this.isOurs(symbol) || this.publicTypes.has(symbol.name)) return undefined;
    this.publicTypes.set(symbol.name, symbol);
    this.nameOf.set(symbol, symbol.name);
    return symbol.name;
  }

  /** A type that functions take or return. */
  readType(name) {
    const symbol = this.publicTypes.get(name);
    const type = this.checker.getDeclaredTypeOfSymbol(symbol);
    const [declaration] = symbol.declarations;
    const { text, examples } = this.describe(symbol, name, []);
    const home = homeOf(relative(this.folder, declaration.getSourceFile().fileName).split(sep).join('/'));
    const base = { name, home, text, examples };
    for (const parameter of declaration.typeParameters ?? []) this.want(parameter);
    if (ts.isTypeAliasDeclaration(declaration) && !ts.isTypeLiteralNode(declaration.type)) {
      this.want(declaration.type);
      return { ...base, signature: shortened(declaration.type.getText().replace(/\s*\n\s*/g, ' ')) };
    }
    const fields = [];
    const methods = [];
    const bases = new Set();
    for (const member of type.getProperties()) {
      if (!this.isOurs(member) || member.name.startsWith('__') || isPrivate(member)) continue;
      const [at] = member.declarations;
      const holder = at.parent && ts.isInterfaceDeclaration(at.parent) && this.real(at.parent.symbol);
      const from = holder && holder !== symbol && (this.nameOf.get(holder) ?? this.ownOptions(holder));
      const its = this.checker.getTypeOfSymbol(member);
      const calls = its.getCallSignatures();
      if (from && isOptions(from)) bases.add(from);
      else if (calls.length > 0 && !isOptions(name))
        methods.push({
          path: `${name}.${member.name}`,
          kind: 'function',
          ...this.describe(member, member.name, calls),
        });
      else fields.push(this.field(member, at, its));
    }
    for (const other of bases) this.wanted.add(other);
    const calls = type.getCallSignatures();
    const signature = calls.map((call) => this.signatureText(call)).join('\n');
    return { ...base, signature, fields, methods, bases: [...bases] };
  }

  field(member, at, type) {
    this.want(at.type);
    const tag = member.getJsDocTags(this.checker).find(({ name }) => name === 'default');
    return {
      name: member.name,
      type: this.typeText(at, type),
      ...(at.questionToken && { optional: true }),
      ...withFallback(plain(member.getDocumentationComment(this.checker)), tag),
    };
  }

  want(node) {
    for (const name of this.namesIn(node)) this.wanted.add(name);
  }
}

const isOptions = (name) => /Options$/.test(name);
const isObject = (type) => Boolean(type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection));
const isPrivate = ({ declarations }) =>
  declarations?.some(
    (at) => ts.getCombinedModifierFlags(at) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected),
  ) || declarations?.some((at) => at.name && (ts.isPrivateIdentifier(at.name) || ts.isComputedPropertyName(at.name)));

/** The module that a file belongs to: `dlnb/nn/layers/base.d.ts` to `nn`, `dlnb/check.d.ts` to `check`. */
const homeOf = (file) =>
  (/^dlnb\/([\w-]+)/.exec(file)?.[1] ?? 'cells').replace(/^(options|shape|index|library)$/, 'cells');

/** A comment as text: `{@link name}` as code. */
const plain = (parts) =>
  ts
    .displayPartsToString(parts)
    .replace(/\{@link ([\w.]+)\s*\}/g, '`$1`')
    .trim();

/** The code of an example, which may stand between fences. */
const unfenced = (text) => text.replace(/^```(?:ts|typescript)?\n([^]*?)\n```$/, '$1').trim();

/** Types without what a reader does not need: modules' names, and `tfTypes.` before classes of TensorFlow.js. */
const shortened = (text) =>
  text
    .replace(/\bimport\("[^"]*"\)\./g, '')
    .replace(/\b(?:tfTypes|tfc|tfl)\./g, 'tf.')
    .replace(/"([^"'\n]*)"/g, "'$1'");

/** What stands before a value by default, that value, and what stands behind: first of a clause, then behind a comma. */
const DEFAULTS = [
  /(^|[;.:(]\s+)((?:[^;.:()]|\.\d)+) by default(?=([;.,:)]|$))/i,
  /(, )([-−\d.]+|`[^`]+`|\w+) by default(?=([;.,:)]|$))/i,
];

/** Takes the value by default from a text that says it: `0.01 by default, as in Keras`. */
function withFallback(text, tag) {
  if (tag) return { text, fallback: plain(tag.text) };
  const found = DEFAULTS.map((pattern) => pattern.exec(text)).find((match) => match && match[2].length <= 40);
  if (!found) return { text, fallback: '' };
  const [whole, before, value, after] = found;
  const fallback = value
    .trim()
    .replace(/,$/, '')
    .replace(/^(False|True|None)$/, (word) => word.toLowerCase());
  // Where the text says nothing else there, it stands in the column alone
  const isWhole = /^($|[;.])/.test(before) && (after === '.' || after === undefined);
  if (!isWhole) return { text, fallback };
  const rest = text.replace(before.startsWith(';') ? whole : whole + (after ?? ''), before.startsWith('.') ? '.' : '');
  return { text: rest.trim(), fallback };
}
