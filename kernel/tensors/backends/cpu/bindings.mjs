// Makes exports.ts: the types of what the WebAssembly program exports, and the functions that write argument records
// and entries of tables into its memory. Both follow from the AssemblyScript sources in assembly/. `node bindings.mjs` prints the text;
// esbuild.config.js keeps the file up to date, and a test compares the two.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import prettier from 'prettier';
import ts from 'typescript';

const here = dirname(fileURLToPath(import.meta.url));
const assembly = join(here, 'assembly');
const target = join(here, 'exports.ts');

/** How a field of each AssemblyScript type lies in memory, and its type in TypeScript. */
const layouts = {
  i32: { bytes: 4, view: 'ints', type: 'number' },
  u32: { bytes: 4, view: 'ints', type: 'number' },
  usize: { bytes: 4, view: 'ints', type: 'number' },
  f32: { bytes: 4, view: 'floats', type: 'number' },
  bool: { bytes: 1, view: 'bytes', type: 'boolean' },
  f64: { bytes: 8, view: 'doubles', type: 'number' },
};

/** The syntax tree of a file of assembly/, by its name without an ending. */
const parsed = new Map();
function tree(module) {
  if (!parsed.has(module)) {
    const file = join(assembly, `${module}.ts`);
    parsed.set(module, ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true));
  }
  return parsed.get(module);
}

/** The modules that a file imports from or exports from, each with the names. */
function references(module) {
  return tree(module).statements.flatMap((s) => {
    if (!(ts.isImportDeclaration(s) || ts.isExportDeclaration(s)) || !s.moduleSpecifier) return [];
    const clause = ts.isExportDeclaration(s) ? s.exportClause : s.importClause?.namedBindings;
    const names = clause && 'elements' in clause ? clause.elements.map((e) => e.name.text) : [];
    return [{ module: s.moduleSpecifier.text.replace('./', ''), names, exported: ts.isExportDeclaration(s) }];
  });
}

const named = (module, name) => tree(module).statements.find((s) => s.name?.text === name);

/** The declaration of a class that a file declares or imports, or undefined. */
function classOf(module, name) {
  const own = named(module, name);
  if (own && ts.isClassDeclaration(own)) return { module, node: own };
  const from = references(module).find((r) => r.names.includes(name));
  return from && classOf(from.module, name);
}

/** The doc comment of a node, as it is written. */
function doc(node) {
  const comments = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  return comments.length > 0 ? `${comments.at(-1).getText()}\n` : '';
}

/** Records by name: their own fields with their offsets, and the record that they begin with. */
const records = new Map();
/** Records that lie in tables (assembly/tables.ts), not at the place of the arguments. */
const entries = new Set();

/** The layout of a field; that of a table is its address. */
function layoutOf(module, type) {
  const [, entry] = type.match(/^Table<(\w+)>$/) ?? [];
  if (!entry) return layouts[type];
  entries.add(record(module, entry));
  return layouts.usize;
}

function record(module, name) {
  if (records.has(name)) return records.get(name);
  const found = classOf(module, name);
  if (!found) throw new Error(`assembly/${module}.ts: there is no class ${name}.`);
  const parent = found.node.heritageClauses?.[0]?.types[0].expression.text;
  const base = parent && record(found.module, parent);
  let end = base ? base.end : 0;
  const fields = found.node.members.filter(ts.isPropertyDeclaration).map((member) => {
    const layout = layoutOf(found.module, member.type.getText());
    if (!layout) throw new Error(`${name}.${member.name.text}: JavaScript cannot write ${member.type.getText()}.`);
    const at = Math.ceil(end / layout.bytes) * layout.bytes;
    end = at + layout.bytes;
    return { name: member.name.text, at, doc: doc(member), ...layout };
  });
  const result = { name, base, fields, end, doc: doc(found.node) };
  records.set(name, result);
  return result;
}

/**
 * The property that holds the record which another begins with: the last word of its name. The fields of a record of
 * arguments are the other's own instead: then there is none.
 */
function partName(base) {
  const [word] = base.name.match(/[A-Z][a-z0-9]*$/);
  return word === 'Args' ? undefined : word.toLowerCase();
}

/** The names of all functions that a file exports, for `export *`. */
const exportedFunctions = (module) =>
  tree(module)
    .statements.filter(
      (s) => ts.isFunctionDeclaration(s) && s.modifiers?.some((m) => m.kind === ts.SyntaxKind.ExportKeyword),
    )
    .map((s) => s.name.text);

/** What index.ts exports: each function with its parameters as TypeScript has them. */
function functions() {
  return references('index').flatMap(({ module, names }) =>
    (names.length > 0 ? names : exportedFunctions(module)).map((name) => {
      const node = named(module, name);
      if (!node || !ts.isFunctionDeclaration(node)) throw new Error(`assembly/${module}.ts: no function ${name}.`);
      const parameters = node.parameters.map((p) => {
        const type = p.type.getText();
        return layouts[type]
          ? { name: p.name.text, type: layouts[type].type }
          : { name: p.name.text, type, record: record(module, type) };
      });
      const type = node.type.getText();
      const result = type === 'void' ? 'void' : layouts[type].type;
      if (parameters.some((p) => p.record) && parameters.length > 1)
        throw new Error(`${name}: a record of arguments is the only parameter.`);
      return { name, parameters, type, result, doc: doc(node) };
    }),
  );
}

const list = (parameters, type) => parameters.map((p) => `${p.name}: ${type(p)}`).join(', ');

function writer({ name, base, fields }) {
  const from = base && (partName(base) ? `args.${partName(base)}` : 'args');
  const part = base ? [`write${base.name}(${from});`] : [];
  const index = ({ at, view }) => (view === 'bytes' ? at : view === 'doubles' ? at / 8 : at / 4);
  const value = (f) => (f.type === 'boolean' ? `args.${f.name} ? 1 : 0` : `args.${f.name}`);
  const lines = fields.map((f) => `${f.view}[${index(f)}] = ${value(f)};`);
  return `function write${name}(args: ${name}): void { ${[...part, ...lines].join('\n')} }`;
}

const constantName = (name) => name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();

/** The function that writes an entry of a table, at any address, and the entry's size. */
function entryWriter({ name, base, fields, end }) {
  if (base || fields.some((f) => f.view !== 'ints'))
    throw new Error(`${name}: a table's entries have integers of four bytes.`);
  const lines = fields.map((f) => `ints[word + ${f.at / 4}] = entry.${f.name};`);
  return `/** Bytes of an entry of a table of \`${name}\`. */
export const ${constantName(name)}_BYTES = ${end};

/** Writes an entry at an address; \`ints\` is the whole memory. */
export function write${name}(ints: Int32Array, at: number, entry: ${name}): void {
  const word = at >>> 2;
  ${lines.join('\n')}
}`;
}

function text() {
  const all = functions();
  const argumentRecords = [...records.values()].filter((r) => !entries.has(r));
  const interfaces = [...records.values()].map(({ name, base, fields, doc }) => {
    const part = base && partName(base);
    const first = part ? [`${part}: ${base.name};`] : [];
    const own = fields.map((f) => `${f.doc}${f.name}: ${f.type};`);
    const parent = base && !part ? `extends ${base.name}` : '';
    return `${doc}export interface ${name} ${parent} { ${[...first, ...own].join('\n')} }`;
  });
  const calls = all.map(
    ({ name, parameters, result, doc }) => `${doc}${name}(${list(parameters, (p) => p.type)}): ${result};`,
  );
  const raw = all.map(
    ({ name, parameters, result }) =>
      `${name}(${list(parameters, (p) => (p.record ? 'number' : p.type))}): ${result === 'void' ? result : 'number'};`,
  );
  // WebAssembly has no unsigned numbers and no booleans
  const converted = { usize: (x) => `${x} >>> 0`, u32: (x) => `${x} >>> 0`, bool: (x) => `${x} !== 0` };
  const made = all.map(({ name, parameters, type }) => {
    const [first] = parameters;
    const call = (...args) => (converted[type] ?? String)(`raw.${name}(${args.join(', ')})`);
    if (first?.record) return `${name}(args) { write${first.record.name}(args); return ${call('ARGS')}; },`;
    if (!converted[type]) return `${name}: raw.${name},`;
    const names = parameters.map((p) => p.name);
    return `${name}: (${names.join(', ')}) => ${call(...names)},`;
  });
  const size = Math.max(...argumentRecords.map((r) => r.end));
  return `// Made by bindings.mjs from the AssemblyScript sources in assembly/ when the op kernels are compiled. Not to be edited by hand.
import { ARGS } from './assembly/memory-map.ts';

${interfaces.join('\n\n')}

/** What the program exports, for JavaScript: addresses are numbers, and a record of arguments is an object. */
export interface Exports { ${calls.join('\n')} }

/** What the program exports, as WebAssembly has it: a record is given by its address. */
export interface RawExports { ${raw.join('\n')} }

${[...entries].map(entryWriter).join('\n\n')}

/** Bytes of the largest record of arguments. */
const RECORD_BYTES = ${Math.ceil(size / 8) * 8};

/** The functions that write a record of arguments to its place in memory and run the op kernel on it. */
export function bind(raw: RawExports, { buffer }: WebAssembly.Memory): Exports {
  const ints = new Int32Array(buffer, ARGS, RECORD_BYTES / 4);
  const floats = new Float32Array(buffer, ARGS, RECORD_BYTES / 4);
  const bytes = new Uint8Array(buffer, ARGS, RECORD_BYTES);
  const doubles = new Float64Array(buffer, ARGS, RECORD_BYTES / 8);

  ${argumentRecords.map(writer).join('\n\n')}

  return { ${made.join('\n')} };
}
`;
}

/** The numbers that a file of assembly/ exports, by name. */
export const constants = (module) =>
  Object.fromEntries(
    tree(module)
      .statements.filter(ts.isVariableStatement)
      .flatMap((s) => [...s.declarationList.declarations])
      .map((d) => [d.name.text, Number(d.initializer.getText())]),
  );

/** The text of exports.ts. */
export async function bindings() {
  const options = await prettier.resolveConfig(target);
  return prettier.format(text(), { ...options, parser: 'typescript' });
}

/** Brings exports.ts up to date. */
export async function writeBindings() {
  const now = await bindings();
  let before = '';
  try {
    before = readFileSync(target, 'utf8');
  } catch {
    // it is not there yet
  }
  if (now !== before) writeFileSync(target, now);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(await bindings());
