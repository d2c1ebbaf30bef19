// Live values: which name of the notebook stands at a place of a cell, what a hover says about its value, and the keys
// that completion adds. Pure: the kernel is asked elsewhere.
import { MAX_PATH, type Inspected, type InspectedKey, type InspectedName } from '../wire/inspect.ts';
import { readCell, type CellFacts } from './cell.ts';

/** A name of the notebook, and the properties that are read of it: `history.history['loss']`. */
const KEY =
  /^(?:\??\.\s*([\p{ID_Start}$_][\p{ID_Continue}$]*)|(?:\?\.)?\[\s*(?:(\d+)|'([^'\\\n]*)'|"([^"\\\n]*)")\s*\])/u;
const NAME = /[\p{ID_Start}$_][\p{ID_Continue}$]*/uy;

type KnownFacts = Pick<CellFacts, 'names'>;

/** What the word at a place means; undefined where that is no name of the notebook, or no property of one. */
export function liveNameAt(text: string, facts: KnownFacts, offset: number): InspectedName | undefined {
  return chains(text, facts)
    .find(({ words }) => words.some(({ start, end }) => start <= offset && offset <= end))
    ?.upTo(offset);
}

/** Where a key of a value is typed. */
export interface KeyPlace {
  /** The value. */
  name: InspectedName;
  /** Where the dot or the bracket begins. */
  start: number;
  /** Whether the key is typed in quotes, behind a bracket. */
  isQuoted: boolean;
}

/**
 * What the value is whose keys are typed at a place, behind a dot or in brackets and quotes.
 * @param language of the cell
 */
export function liveValueBefore(text: string, language: string, offset: number): KeyPlace | undefined {
  const line = text.slice(0, offset);
  const typed = /\??\.\s*[\p{ID_Continue}$]*$/u.exec(line) ?? /(?:\?\.)?\[\s*(['"])[^'"\n]*$/.exec(line);
  if (!typed) return undefined;
  const start = typed.index;
  const isQuoted = typed[1] !== undefined;
  // With a key behind a dot the text can be read
  const rest = isQuoted ? text.slice(offset).replace(/^[^'"\n\]]*['"]?\]?/, '') : text.slice(offset);
  const whole = isQuoted ? `${text.slice(0, start)}._${rest}` : `${line}_${rest}`;
  const chain = chains(text.slice(0, start), readCell(whole, language)).find(
    ({ words }) => words.at(-1)!.end === start,
  );
  const name = chain?.upTo(start);
  return name && { name, start, isQuoted };
}

interface Chain {
  words: { start: number; end: number }[];
  upTo(offset: number): InspectedName | undefined;
}

/** All names of the notebook in a text, with what is read of them. */
function chains(text: string, { names }: KnownFacts): Chain[] {
  const result: Chain[] = [];
  for (const [name, uses] of names.uses) {
    for (const { start, imports } of uses) {
      NAME.lastIndex = start;
      if (imports || NAME.exec(text)?.[0] !== name) continue;
      const words = [{ start, end: start + name.length }];
      const path: string[] = [];
      for (let at = words[0]!.end; ; at = words.at(-1)!.end) {
        const key = KEY.exec(text.slice(at));
        if (!key) break;
        path.push(key[1] ?? key[2] ?? key[3] ?? key[4]!);
        words.push({ start: key[1] === undefined ? at : at + key[0].length - key[1].length, end: at + key[0].length });
      }
      result.push({
        words,
        upTo: (offset) => {
          const count = words.findIndex((word) => word.start <= offset && offset <= word.end);
          if (count < 0 || count > MAX_PATH) return undefined;
          return { name, ...(count > 0 && { path: path.slice(0, count) }) };
        },
      });
    }
  }
  return result;
}

const short = (value: number): string => String(Number(value.toPrecision(5)));
const count = (value: number): string => value.toLocaleString('en-US');

/** Markdown about a value as it is now; undefined for functions, of which the type says all. */
export function liveText(value: Inspected): string | undefined {
  switch (value.kind) {
    case 'tensor':
      return `Now: ${tensorText(value)}`;
    case 'model': {
      const { type, name, layers, more, parameters, trainable } = value;
      const rows = layers.slice(0, 12).map((layer) => {
        const shape = layer.shape ? ` \`[${layer.shape.map((n) => n ?? 'null').join(', ')}]\`` : '';
        return `- \`${layer.name}\` ${layer.type}${shape} ${count(layer.parameters)}`;
      });
      const rest = layers.length - rows.length + (more ?? 0);
      if (rest > 0) rows.push(`- ${count(rest)} more`);
      const trained = trainable === parameters ? '' : `, ${count(trainable)} of them trainable`;
      return `Now: ${type} \`${name}\`, ${count(parameters)} parameters${trained}\n\n${rows.join('\n')}`;
    }
    case 'value':
      if (/^(async )?(function|class)\b/.test(value.text)) return undefined;
      return `Now:\n\`\`\`javascript\n${value.text}\n\`\`\``;
  }
}

function tensorText(value: Extract<Inspected, { kind: 'tensor' }>): string {
  const { type, dtype, shape, device, disposed, statistics, sample } = value;
  const parts = [`${type} \`${dtype}\` \`[${shape.join(', ')}]\``];
  if (device !== undefined) parts.push(`on ${device}`);
  if (disposed) parts.push('disposed');
  if (statistics) {
    const { min, max, mean, nan, infinite } = statistics;
    if (min !== undefined && max !== undefined) parts.push(`${short(min)} … ${short(max)}`);
    if (mean !== undefined) parts.push(`mean ${short(mean)}`);
    parts.push(`${count(nan)} NaN`);
    if (infinite > 0) parts.push(`${count(infinite)} infinite`);
  }
  const text = parts.join(', ');
  return sample === undefined ? text : `${text} (of ${count(sample)} values)`;
}

/** A key of a real object, for completion. */
export interface LiveKey extends Omit<InspectedKey, 'kind'> {
  kind: InspectedKey['kind'] | 'column' | 'entry';
  /** What stands for the key behind the value: `.loss`, `["val loss"]`, `.get("loss")`. */
  written: string;
}

const isIdentifier = (key: string) => /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key);
const access = (key: string) => (isIdentifier(key) ? `.${key}` : `[${JSON.stringify(key)}]`);

/**
 * The keys of a value that no other completion offers: its own, of a table its columns, of a map its entries.
 * @param offered the names that are offered already
 */
export function liveKeys(value: Inspected, offered: ReadonlySet<string>): LiveKey[] {
  const { list = [], columns = [], entries = [] } = value.keys ?? {};
  const all: LiveKey[] = [
    ...list.filter(({ key }) => !/^\d+$/.test(key)).map((key) => ({ ...key, written: access(key.key) })),
    ...columns.map((key) => ({ ...key, kind: 'column' as const, written: `.map((row) => row${access(key.key)})` })),
    ...entries.map((key) => ({ ...key, kind: 'entry' as const, written: `.get(${JSON.stringify(key.key)})` })),
  ];
  const seen = new Set(offered);
  return all.filter(({ key }) => !seen.has(key) && seen.add(key));
}
