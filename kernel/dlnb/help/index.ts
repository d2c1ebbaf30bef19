// `help` of the module `dlnb`: shows what the API reference says of a function, a namespace, a type or a value. The
// reference is a file that the build makes; the first call reads it. What it says of TensorFlow.js stands in the
// declarations beside it.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { closest } from '../../wire/closest.ts';
import { DISPLAY, type Displayable } from '../../wire/displayable.ts';
import type { LoadedLibrary } from '../library.ts';
import { shown } from '../options.ts';
import { entryMarkdown, firstSentence, membersMarkdown, typeMarkdown } from './markdown.ts';
import type { Entry, Reference } from './reference.ts';
import { entryText, typeText } from './text.ts';

/** Shows what a function does, with its options and an example. */
export interface HelpFunction {
  /**
   * Shows the signature, the description, the options and an example of a function of `dlnb` or of TensorFlow.js; what a
   * namespace has; and the fields and methods of a type. As the last value of a cell it is shown; elsewhere
   * `display(help(viz.line))` shows it. Without an argument, it lists the parts of the module.
   * @param subject a function or namespace (`viz.line`, `nn`, `tf.matMul`), a value (a layer, a model, a data set), or a
   *   name as a text: `'viz.line'`, `'line'`, `'Dataset.batch'`, `'LineOptions'`
   * @throws TypeError for a value of which the reference says nothing
   * @example
   * ```ts
   * help(viz.line);
   * ```
   */
  (subject?: unknown): Displayable;
}

export interface HelpHost {
  /** The folder of the built programs, with the reference in it. */
  programs: string | undefined;
  loaded: LoadedLibrary;
  /** The module, without TensorFlow.js. */
  library(): Record<string, unknown>;
  /** The function of `nn` that makes a layer of this class. */
  layer(className: string): string | undefined;
}

/** Makes `help` for one session. */
export function makeHelp(host: HelpHost): HelpFunction {
  let known: Known | undefined;
  return (...subject) => {
    known ??= new Known(host);
    return subject.length === 0 ? known.overview() : known.about(subject[0]);
  };
}

/** What is shown: Markdown, and a text for other viewers. */
const page = (markdown: string, text: string): Displayable => ({
  [DISPLAY]: () => ({ 'text/markdown': markdown, 'text/plain': text }),
});

class Known {
  private readonly reference: Reference;
  private readonly folder: string;
  private readonly entries: Map<string, Entry>;

  constructor(private readonly host: HelpHost) {
    this.folder = path.join(host.programs ?? '', 'types');
    const file = path.join(this.folder, 'help/reference.json');
    if (host.programs === undefined || !existsSync(file))
      throw new Error(
        'help: the API reference is not in this package of DLNB; it comes with the types, in the packages for one ' +
          'platform. docs/api/ in the repository has the same pages',
      );
    this.reference = JSON.parse(readFileSync(file, 'utf8')) as Reference;
    const { entries, types } = this.reference;
    this.entries = new Map(entries.map((entry) => [entry.path, entry]));
    for (const type of types)
      for (const method of type.methods ?? [])
        if (!this.entries.has(method.path)) this.entries.set(method.path, method);
  }

  /** The parts of the module, a line for each. */
  overview(): Displayable {
    const parts = this.reference.entries.filter(({ path: name }) => !name.includes('.'));
    const markdown = parts.map(
      ({ path: name, text }) => `| \`${name}\` | ${oneLine(firstSentence(text)).replaceAll('|', '\\|')} |`,
    );
    const lines = parts.map(({ path: name, text }) => `${name.padEnd(10)} ${oneLine(firstSentence(text))}`);
    const more = 'help(viz) lists what a part has, and help(viz.line) says how a function is called.';
    return page(['| | |', '|---|---|', ...markdown, '', more].join('\n'), [...lines, '', more].join('\n'));
  }

  about(subject: unknown): Displayable {
    const name = typeof subject === 'string' ? subject.trim().replace(/\(\)?$/, '') : this.nameOf(subject);
    const found =
      name === undefined ? undefined : (this.show(name) ?? (typeof subject === 'string' ? this.near(name) : undefined));
    if (found) return found;
    const what = typeof subject === 'string' ? JSON.stringify(subject) : shown(subject);
    throw new TypeError(
      `help: nothing is known of ${what}; give a function or a part of dlnb or TensorFlow.js, a layer, a model, ` +
        "or a name: help('viz.line')",
    );
  }

  /** What is known by exactly this name. */
  private show(name: string, note = ''): Displayable | undefined {
    const entry = this.entries.get(name);
    const link = (type: string) => `\`${type}\``;
    const options = { level: 4, link };
    if (entry) {
      const isPart = entry.kind === 'namespace' || (entry.members?.length ?? 0) > 0;
      const list = isPart ? membersMarkdown(entry, this.reference, (member) => `\`${member.path}\``) : '';
      const lines = (entry.members ?? []).map(
        (member) => `${member}\n  ${oneLine(firstSentence(this.entries.get(member)?.text ?? ''))}`,
      );
      return page(
        [note, entryMarkdown(entry, this.reference, options), list].filter(Boolean).join('\n\n'),
        [note, entryText(entry, this.reference), ...lines].filter(Boolean).join('\n\n'),
      );
    }
    const type = this.reference.types.find((one) => one.name === name);
    if (type)
      return page(
        [note, typeMarkdown(type, this.reference, options)].filter(Boolean).join('\n\n'),
        [note, typeText(type, this.reference)].filter(Boolean).join('\n\n'),
      );
    return this.tensors(name, note);
  }

  /** What TensorFlow.js's declarations say of a name, or what a part of it has. */
  private tensors(name: string, note: string): Displayable | undefined {
    const { files, names } = this.reference.tensors;
    const place = Object.hasOwn(names, name) ? names[name] : undefined;
    if (!place) {
      const inside = Object.keys(names).filter(
        (other) => other.startsWith(`${name}.`) && !other.slice(name.length + 1).includes('.'),
      );
      if (inside.length === 0) return undefined;
      const list = inside.map((other) => `\`${other}\``).join(', ');
      return page(
        [note, `#### \`${name}\``, list].filter(Boolean).join('\n\n'),
        [note, inside.join('\n')].filter(Boolean).join('\n\n'),
      );
    }
    const [file, ...[text, textEnd, code, codeEnd]] = place;
    const source = readFileSync(path.join(this.folder, files[file]!), 'utf8');
    const { description, tags } = readComment(source.slice(text, textEnd));
    const declared = source
      .slice(code, codeEnd)
      .replace(/^(export )?(declare )?(default )?/, '')
      .replace(/;?\s*$/, '');
    const signature = declared.startsWith('class ')
      ? declared.replace(/ *\{$/, '')
      : `${name}${declared.slice(declared.search(/[(<]/))}`
          .replace(/\s*\n\s*/g, ' ')
          .replace(/import\('[^']*'\)\./g, '');
    const markdown = [
      note,
      `#### \`${name}\``,
      '```ts\n' + signature + '\n```',
      description,
      ...tags.map((tag) => `- ${tag}`),
    ];
    return page(
      markdown.filter(Boolean).join('\n\n'),
      [note, signature, description, tags.join('\n')].filter(Boolean).join('\n\n'),
    );
  }

  /** The name of a function, a part or a value. */
  private nameOf(subject: unknown): string | undefined {
    if ((typeof subject !== 'object' && typeof subject !== 'function') || subject === null) return undefined;
    const { library, loaded, layer } = this.host;
    const tf = loaded() as object | undefined;
    const paths = [...pathsOf(subject, library(), ''), ...(tf ? pathsOf(subject, { tf }, '') : [])];
    const found = paths.find((name) => this.knows(name));
    if (found !== undefined) return found;
    // A class, or a value of one
    for (
      let at: object | null = typeof subject === 'function' ? (subject.prototype as object | null) : subject;
      at;
      at = Object.getPrototypeOf(at) as object | null
    ) {
      const { constructor } = at as { constructor?: { name?: string; className?: string } };
      if (!constructor || constructor === Object) continue;
      const made =
        constructor.className === undefined
          ? undefined
          : (layer(constructor.className) ?? this.layerOf(constructor.className));
      const candidates = [made, constructor.name, `tf.${constructor.name}`];
      const known = candidates.find((name) => name !== undefined && this.knows(name));
      if (known !== undefined) return known;
    }
    return undefined;
  }

  private knows(name: string): boolean {
    const { types, tensors } = this.reference;
    return (
      this.entries.has(name) ||
      types.some((type) => type.name === name) ||
      Object.keys(tensors.names).some((other) => other === name || other.startsWith(`${name}.`))
    );
  }

  /** The function of `tf.layers` that makes a layer of a class: its name in other letters. */
  private layerOf(className: string): string | undefined {
    const wanted = `tf.layers.${className}`.toLowerCase();
    return Object.keys(this.reference.tensors.names).find((name) => name.toLowerCase() === wanted);
  }

  /** What a name probably means: the end of a longer one, or one that is written nearly the same. */
  private near(name: string): Displayable | undefined {
    const all = [
      ...this.entries.keys(),
      ...this.reference.types.map((type) => type.name),
      ...Object.keys(this.reference.tensors.names),
    ];
    const lower = name.toLowerCase();
    const ends = all.filter((one) => one.toLowerCase() === lower || one.toLowerCase().endsWith(`.${lower}`));
    const exact = ends.filter((one) => one.endsWith(name));
    const [only, ...others] = exact.length > 0 ? exact : ends;
    if (only !== undefined)
      return others.length === 0 ? this.show(only) : this.choose('Several names end so', [only, ...others]);
    // Of the last part, among names with the same beginning, then among all
    const dot = name.lastIndexOf('.');
    const [before, last] = [name.slice(0, dot + 1), name.slice(dot + 1)];
    const within = all.filter((one) => one.startsWith(before) && !one.slice(before.length).includes('.'));
    const guess =
      dot > 0
        ? closest(
            last,
            within.map((one) => one.slice(before.length)),
          )
        : undefined;
    if (guess !== undefined)
      return this.show(before + guess, `There is no \`${name}\`. This is \`${before + guess}\`:`);
    const ending = (one: string) => one.split('.').at(-1)!;
    const other = all.some((one) => ending(one) === last) ? last : closest(last, new Set(all.map(ending)));
    const alike = all.filter((one) => ending(one) === other);
    const beside = alike.filter((one) => dot > 0 && one.startsWith(`${name.split('.')[0]!}.`));
    const same = beside.length > 0 ? beside : alike;
    if (same.length === 1) return this.show(same[0]!, `There is no \`${name}\`. This is \`${same[0]!}\`:`);
    return same.length > 1 ? this.choose(`There is no \`${name}\`. Near it`, same) : undefined;
  }

  private choose(words: string, names: readonly string[]): Displayable {
    const shownNames = names.slice(0, 20);
    return page(
      `${words}: ${shownNames.map((one) => `\`${one}\``).join(', ')}`,
      `${words.replaceAll('`', '')}: ${shownNames.join(', ')}`,
    );
  }
}

const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, ' ');

/** Where a value stands in an object, and in the objects in it, three levels deep. */
function* pathsOf(value: unknown, holder: object, before: string, depth = 0): Generator<string> {
  const below: [string, object][] = [];
  for (const name of namesOf(holder)) {
    if (name.startsWith('_')) continue;
    let its: unknown;
    try {
      its = (holder as Record<string, unknown>)[name];
    } catch {
      continue;
    }
    if (its === value) yield before + name;
    const isHolder =
      (typeof its === 'object' && its !== null && !Array.isArray(its)) ||
      (typeof its === 'function' && Object.keys(its).length > 0);
    if (depth < 2 && isHolder) below.push([name, its as object]);
  }
  for (const [name, its] of below) yield* pathsOf(value, its, `${before}${name}.`, depth + 1);
}

/** Names of an object; of a class also the static ones, as `tf.train` has them. */
const namesOf = (holder: object): string[] =>
  typeof holder === 'function'
    ? Object.getOwnPropertyNames(holder).filter(
        (name) => !['prototype', 'length', 'name', 'caller', 'arguments'].includes(name),
      )
    : Object.keys(holder);

/** A doc comment as text: its description, and a line for each tag that says something. */
function readComment(comment: string): { description: string; tags: string[] } {
  const lines = comment
    .replace(/^\/\*\*|\*\/$/g, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, ''));
  const first = lines.findIndex((line) => /^\s*@/.test(line));
  const description = lines.slice(0, first < 0 ? undefined : first);
  const tags = (first < 0 ? '' : lines.slice(first).join('\n'))
    .split(/^\s*(?=@)/m)
    .map((tag) => oneLine(tag.trim()))
    .filter((tag) => /^@(param|returns?|throws)\b/.test(tag))
    .map((tag) =>
      tag
        .replace(/^@param (?:\{[^}]*\} )?(\S+)\s*-?\s*/, '`$1` ')
        .replace(/^@returns? /, '**Returns** ')
        .replace(/^@throws /, '**Throws** '),
    );
  return {
    description: description
      .join('\n')
      .replace(/\{@link ([^}]+)\}/g, '`$1`')
      .trim(),
    tags,
  };
}
