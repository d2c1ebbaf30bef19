// The API reference as Markdown: a function with its parameters, options, errors and example, and a type with its fields.
// `help` shows it under a cell, and the pages of docs/api/ are made of it.
import type { Entry, Field, Reference, TypeEntry } from './reference.ts';

export interface MarkdownOptions {
  /** Level of the headings, 1 to 6. */
  level: number;
  /** Names a type in the text, on a page as a link. */
  link(type: string): string;
}

/** Types of options with so many fields are not repeated in every table. */
const MANY = 6;

/** Reads types by their names. */
export class Types {
  private readonly byName: Map<string, TypeEntry>;

  constructor(types: readonly TypeEntry[]) {
    this.byName = new Map(types.map((type) => [type.name, type]));
  }

  get(name: string): TypeEntry | undefined {
    return this.byName.get(name);
  }

  /** The fields of a type with those of its bases; large bases by their names. */
  fieldsOf(name: string): { fields: Field[]; large: TypeEntry[] } {
    const fields = new Map((this.get(name)?.fields ?? []).map((field) => [field.name, field]));
    const large: TypeEntry[] = [];
    for (const base of this.get(name)?.bases ?? []) {
      const type = this.get(base);
      if (!type) continue;
      const own = (type.fields ?? []).filter((field) => !fields.has(field.name));
      if ((type.fields?.length ?? 0) >= MANY) large.push({ ...type, fields: own });
      else for (const field of own) fields.set(field.name, field);
    }
    return { fields: [...fields.values()], large };
  }
}

/** A function, namespace or value. */
export function entryMarkdown(entry: Entry, reference: Reference, { level, link }: MarkdownOptions): string {
  const types = new Types(reference.types);
  const { signatures = [], throws = [], examples = [], returns, options = [], related = [] } = entry;
  const parts = [`${'#'.repeat(level)} \`${entry.path}\``];
  if (signatures.length > 0) parts.push(fenced(signatures.map(broken).join('\n')));
  parts.push(entry.text);
  const said = (entry.parameters ?? []).filter(({ text, fallback }) => text || fallback);
  if (said.length > 0) parts.push(table('parameter', said));
  for (const name of options) parts.push(optionsMarkdown(name, types, link));
  if (returns) parts.push(`**Returns** ${returns}`);
  if (throws.length > 0) parts.push(`**Throws** ${throws.join('; ')}`);
  const others = related.filter((name) => types.get(name));
  if (others.length > 0) parts.push(`**Types** ${others.map(link).join(', ')}`);
  for (const example of examples) parts.push('**Example**', fenced(example));
  return joined(parts);
}

/** A namespace: what it holds, a line for each. */
export function membersMarkdown(entry: Entry, reference: Reference, name: (entry: Entry) => string): string {
  const all = new Map(reference.entries.map((member) => [member.path, member]));
  const rows = (entry.members ?? []).flatMap((path) => {
    const member = all.get(path);
    return member ? [`| ${name(member)} | ${cell(firstSentence(member.text))} |`] : [];
  });
  return ['| | |', '|---|---|', ...rows].join('\n');
}

/** A type: what it stands for, its fields and methods. */
export function typeMarkdown(type: TypeEntry, reference: Reference, { level, link }: MarkdownOptions): string {
  const types = new Types(reference.types);
  const { fields, large } = types.fieldsOf(type.name);
  const { examples = [], methods = [], signature } = type;
  const parts = [`${'#'.repeat(level)} \`${type.name}\``, type.text];
  if (signature) parts.push(fenced(signature));
  if (fields.length > 0) parts.push(table('field', fields));
  for (const base of large) parts.push(alsoMarkdown(base, link));
  for (const example of examples) parts.push('**Example**', fenced(example));
  for (const method of methods) parts.push(entryMarkdown(method, reference, { level: level + 1, link }));
  return joined(parts);
}

function optionsMarkdown(name: string, types: Types, link: MarkdownOptions['link']): string {
  const { fields, large } = types.fieldsOf(name);
  if (fields.length + large.length === 0) return `**Options** ${link(name)}`;
  return joined([
    `**Options** \`${name}\``,
    fields.length > 0 ? table('option', fields) : '',
    ...large.map((base) => alsoMarkdown(base, link)),
  ]);
}

const alsoMarkdown = (base: TypeEntry, link: MarkdownOptions['link']) =>
  `Also those of ${link(base.name)}: ${(base.fields ?? []).map((field) => `\`${field.name}\``).join(', ')}.`;

function table(kind: string, fields: readonly Field[]): string {
  // Most options can be left out: those that cannot say so. Of parameters the signature says it
  const standing = ({ fallback, optional }: Field) =>
    fallback ? cell(fallback) : kind === 'option' && !optional ? '*required*' : '';
  const hasFallback = fields.some((field) => standing(field) !== '');
  const rows = fields.map((field) => {
    const cells = [
      `\`${field.name}\``,
      code(field.type),
      ...(hasFallback ? [standing(field)] : []),
      cell(field.text ?? ''),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const head = [kind, 'type', ...(hasFallback ? ['default'] : []), ''];
  return [`| ${head.join(' | ')} |`, `|${'---|'.repeat(head.length)}`, ...rows].join('\n');
}

/** A text as the contents of a table's cell: in one line, with bars that do not end it. */
const cell = (text: string): string => text.replace(/\s*\n\s*/g, ' ').replaceAll('|', '\\|');
const code = (text: string): string => (text === '' ? '' : `\`${cell(text)}\``);
const fenced = (text: string): string => `\`\`\`ts\n${text}\n\`\`\``;
const joined = (parts: readonly string[]): string => parts.filter((part) => part !== '').join('\n\n');

/** The first sentence of a text, without an example behind a colon. */
export const firstSentence = (text: string): string => {
  const [first = ''] = text.split('\n\n');
  const sentence = /^[^]*?\.(?=\s|$)/.exec(first)?.[0] ?? first;
  return sentence.replace(/:\s+`[^]*$/, '.').replace(/:$/, '.');
};

/** A long signature with a line for each parameter. */
export function broken(signature: string): string {
  if (signature.length <= 100) return signature;
  const open = openingOf(signature);
  const close = closingOf(signature, open);
  const parameters = split(signature.slice(open + 1, close));
  return `${signature.slice(0, open)}(\n${parameters.map((text) => `  ${text.trim()},\n`).join('')}${signature.slice(close)}`;
}

/** The place of the parenthesis before the parameters: the first that stands in no `<…>`. */
function openingOf(signature: string): number {
  let depth = 0;
  for (let i = 0; i < signature.length; i++) {
    if (signature[i] === '<') depth++;
    if (signature[i] === '>' && signature[i - 1] !== '=') depth--;
    if (signature[i] === '(' && depth === 0) return i;
  }
  return -1;
}

function closingOf(signature: string, open: number): number {
  let depth = 0;
  for (let i = open; i < signature.length; i++) {
    if (signature[i] === '(') depth++;
    if (signature[i] === ')' && --depth === 0) return i;
  }
  return signature.length;
}

/** Parts between commas that stand in no brackets. */
function split(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    if ('([{<'.includes(text[i]!)) depth++;
    if (')]}'.includes(text[i]!) || (text[i] === '>' && text[i - 1] !== '=')) depth--;
    if (text[i] === ',' && depth === 0) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  return [...parts, text.slice(from)].filter((part) => part.trim() !== '');
}
