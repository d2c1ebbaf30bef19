// The API reference as text, for viewers without Markdown.
import { broken, Types } from './markdown.ts';
import type { Entry, Field, Reference, TypeEntry } from './reference.ts';

/** A function, namespace or value. */
export function entryText(entry: Entry, reference: Reference): string {
  const types = new Types(reference.types);
  const { signatures = [], options = [], throws = [], examples = [], returns } = entry;
  const said = (entry.parameters ?? []).filter(({ text, fallback }) => text || fallback);
  return joined([
    signatures.length > 0 ? signatures.map(broken).join('\n') : entry.path,
    entry.text,
    fieldsText(said),
    ...options.map((name) => {
      const { fields, large } = types.fieldsOf(name);
      return joined([`Options (${name}):\n${fieldsText(fields)}`, ...large.map(alsoText)]);
    }),
    returns ? `Returns ${returns}` : '',
    throws.length > 0 ? `Throws ${throws.join('; ')}` : '',
    examples.length > 0 ? `Example:\n${indented(examples.join('\n\n'))}` : '',
  ]);
}

/** A type: what it stands for, its fields and methods. */
export function typeText(type: TypeEntry, reference: Reference): string {
  const { fields, large } = new Types(reference.types).fieldsOf(type.name);
  return joined([
    type.name,
    type.text,
    type.signature ? indented(type.signature) : '',
    fieldsText(fields),
    ...large.map(alsoText),
    ...(type.methods ?? []).map(({ signatures = [], text }) => `${signatures.join('\n')}\n${indented(text)}`),
    type.examples ? `Example:\n${indented(type.examples.join('\n\n'))}` : '',
  ]);
}

const alsoText = (base: TypeEntry) =>
  `Also those of ${base.name}: ${(base.fields ?? []).map(({ name }) => name).join(', ')}.`;

const fieldsText = (fields: readonly Field[]): string =>
  fields
    .map(({ name, optional, type, fallback, text }) =>
      [`  ${name}${optional ? '?' : ''}: ${type}${fallback ? ` = ${fallback}` : ''}`, text && indented(text, '      ')]
        .filter(Boolean)
        .join('\n'),
    )
    .join('\n');

const indented = (text: string, by = '  '): string => text.replace(/^(?=.)/gm, by);
const joined = (parts: readonly string[]): string => parts.filter((part) => part.trim() !== '').join('\n\n');
