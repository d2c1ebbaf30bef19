// JSON for notebooks: a strict reader that loses nothing (duplicate keys, `__proto__`, numbers that a double cannot
// hold) and reports positions, and a printer that writes the same bytes for the same value.
import { FormatError, positionAt, shortened } from './error.ts';
import type { Json } from './types.ts';

/** Largest nesting depth of arrays and objects in a file. */
export const MAX_DEPTH = 1000;

/**
 * A number that a double cannot hold is read as `{ [EXACT]: '12345678901234567890' }`, which survives any JSON channel,
 * and is printed unchanged. Keys of the file that begin with a NUL get a second one, so that no object of the file
 * looks like such a number.
 */
export const EXACT = '\u0000number';

/** The result of {@link readJson}. */
export interface ReadJson {
  value: Json;
  /** Whether the value contains an {@link EXACT} number or a key with an added NUL. */
  special: boolean;
}

/**
 * Reads a JSON text (RFC 8259; no comments, no trailing commas).
 * @throws FormatError with the place of the first syntax error, duplicate key, or nesting deeper than {@link MAX_DEPTH}
 */
export function readJson(text: string): ReadJson {
  return new Reader(text).read();
}

class Reader {
  private at = 0;
  private special = false;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  read(): ReadJson {
    this.space();
    const value = this.value(0);
    if (this.at < this.text.length)
      this.fail(`found ${this.found()} after the end of the notebook. Delete everything after the last closing brace.`);
    return { value, special: this.special };
  }

  /** Skips white space. All methods below leave `at` on the next character that is not white space. */
  private space(): void {
    for (; this.at < this.text.length; this.at++) {
      const c = this.text.charCodeAt(this.at);
      if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return;
    }
  }

  private value(depth: number): Json {
    if (depth > MAX_DEPTH)
      this.fail(`more than ${MAX_DEPTH} levels of nesting. No notebook needs them: the file is damaged.`);
    const c = this.text[this.at];
    if (c === '"') return this.string();
    if (c === '{') return this.object(depth);
    if (c === '[') return this.array(depth);
    if (c === '-' || (c !== undefined && c >= '0' && c <= '9')) return this.number();
    for (const [word, value] of words) {
      if (!this.text.startsWith(word, this.at)) continue;
      this.skip(word.length);
      return value;
    }
    return this.fail(`expected a value, found ${this.found()}.`);
  }

  private skip(length: number): void {
    this.at += length;
    this.space();
  }

  private string(): string {
    const start = this.at++;
    for (;;) {
      plainCharacters.lastIndex = this.at;
      plainCharacters.test(this.text);
      this.at = plainCharacters.lastIndex;
      const c = this.text[this.at];
      if (c === '"') break;
      if (c === '\\') {
        escape.lastIndex = this.at;
        if (!escape.test(this.text))
          this.fail(
            'an unknown escape in this text. A backslash is written \\\\, a character \\u and four hexadecimal digits.',
          );
        this.at = escape.lastIndex;
      } else if (c === undefined || c === '\n' || c === '\r') {
        this.at = start;
        this.fail(
          'this text has no closing quote on its line. Add the double quote; a line break in a text is written \\n.',
        );
      } else {
        this.fail(`a control character (${JSON.stringify(c)}) in this text. Write it as an escape: a tab is \\t.`);
      }
    }
    const value = JSON.parse(this.text.slice(start, this.at + 1)) as string;
    this.skip(1);
    return value;
  }

  private number(): Json {
    numberLiteral.lastIndex = this.at;
    const literal = numberLiteral.exec(this.text)?.[0];
    if (literal === undefined || /[\w.]/.test(this.text[this.at + literal.length] ?? ''))
      this.fail(`${this.found()} is not a JSON number.`);
    this.skip(literal.length);
    const value = Number(literal);
    if (sameDecimal(literal, value)) return value;
    this.special = true;
    return { [EXACT]: literal };
  }

  private array(depth: number): Json[] {
    const list: Json[] = [];
    this.skip(1);
    if (this.text[this.at] !== ']') {
      do list.push(this.value(depth + 1));
      while (this.comma(']'));
    }
    this.skip(1);
    return list;
  }

  private object(depth: number): { [key: string]: Json } {
    const object: { [key: string]: Json } = {};
    this.skip(1);
    if (this.text[this.at] !== '}') {
      do this.member(object, depth);
      while (this.comma('}'));
    }
    this.skip(1);
    return object;
  }

  private member(object: { [key: string]: Json }, depth: number): void {
    if (this.text[this.at] !== '"') this.fail(`expected a key in double quotes, found ${this.found()}.`);
    const start = this.at;
    let key = this.string();
    if (key.startsWith('\0')) {
      this.special = true;
      key = `\0${key}`;
    }
    if (Object.hasOwn(object, key)) {
      this.at = start;
      this.fail(
        `the key ${quote(key)} occurs twice in this object, and one of its values would be lost. Delete one of them.`,
      );
    }
    if (this.text[this.at] !== ':') this.fail(`expected ":" after the key ${quote(key)}, found ${this.found()}.`);
    this.skip(1);
    setKey(object, key, this.value(depth + 1));
  }

  /** Skips a comma and returns true; returns false before the closing bracket. */
  private comma(close: string): boolean {
    if (this.text[this.at] === close) return false;
    if (this.text[this.at] !== ',') this.fail(`expected "," or "${close}", found ${this.found()}.`);
    const comma = this.at;
    this.skip(1);
    if (this.text[this.at] !== close) return true;
    this.at = comma;
    return this.fail(`"${close}" after a comma. Delete the comma, or add the missing value.`);
  }

  private found(): string {
    if (this.at >= this.text.length) return 'the end of the file (was it cut off?)';
    const token = /^(?:\/[/*]|[\w.+-]+|.|\s)/su.exec(this.text.slice(this.at, this.at + 40))![0];
    return token === '//' || token === '/*' ? 'a comment (JSON has none: delete it)' : quote(token);
  }

  private fail(reason: string): never {
    throw new FormatError(positionAt(this.text, this.at), reason);
  }
}

const words: [string, Json][] = [
  ['true', true],
  ['false', false],
  ['null', null],
];
const plainCharacters = /[^"\\\u0000-\u001f]*/y;
const escape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const numberLiteral = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

const quote = (text: string) => JSON.stringify(shortened(text));

/** Sets an own property of any name, even `__proto__`. */
export function setKey(object: { [key: string]: Json }, key: string, value: Json): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  else object[key] = value;
}

/**
 * Whether printing the number gives the decimal value and sign of the literal: true for `1.0` and `0.1`, false for
 * `1e400`.
 */
function sameDecimal(literal: string, value: number): boolean {
  const printed = String(value);
  if (printed === literal) return true;
  if (!Number.isFinite(value) || Object.is(value, -0)) return false;
  if (value === 0) return !/[1-9]/.test(literal.split(/[eE]/)[0]!);
  return canonical(printed) === canonical(literal);
}

/** Sign, digits without leading and trailing zeros, and exponent of a number that is not zero. */
function canonical(literal: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(literal) ?? [];
  const digits = whole + fraction;
  const first = digits.search(/[1-9]/);
  // A loop, because a regular expression for trailing zeros takes quadratic time
  let last = digits.length;
  while (digits[last - 1] === '0') last--;
  return `${sign}${digits.slice(first, last)}e${BigInt(exponent) + BigInt(whole.length - first)}`;
}

/** The value for programs: every number is a double, and every key is as in the file. */
export function plainJson(value: Json): Json {
  if (Array.isArray(value)) return value.map(plainJson);
  if (value === null || typeof value !== 'object') return value;
  if (isExact(value)) return Number(value[EXACT]);
  const plain: { [key: string]: Json } = {};
  for (const [key, member] of Object.entries(value))
    setKey(plain, key.startsWith('\0\0') ? key.slice(1) : key, plainJson(member));
  return plain;
}

const isExact = (value: { [key: string]: Json }): value is { [EXACT]: string } =>
  typeof value[EXACT] === 'string' &&
  /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(value[EXACT]) &&
  Object.keys(value).length === 1;

/**
 * Prints a value, indented by two spaces. An array of numbers, booleans and nulls is printed on one line.
 * @param indent indentation of the line on which the value begins
 * @param form `exact` for values of {@link readJson}: {@link EXACT} numbers and keys are written as in the file.
 *   `plain` for values of {@link plainJson}.
 */
export function printJson(value: Json, indent: string, form: 'exact' | 'plain'): string {
  if (value === null || typeof value !== 'object') return printLeaf(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    if (value.every((v) => v === null || (typeof v !== 'object' && typeof v !== 'string')))
      return `[${value.map(printLeaf).join(', ')}]`;
    return `[\n${value.map((v) => inner + printJson(v, inner, form)).join(',\n')}\n${indent}]`;
  }
  if (form === 'exact' && isExact(value)) return value[EXACT];
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  if (members.length === 0) return '{}';
  const name = (key: string) => JSON.stringify(form === 'exact' && key.startsWith('\0\0') ? key.slice(1) : key);
  return `{\n${members.map(([key, member]) => `${inner}${name(key)}: ${printJson(member, inner, form)}`).join(',\n')}\n${indent}}`;
}

function printLeaf(value: Json | undefined): string {
  if (typeof value !== 'number') return JSON.stringify(value) ?? 'null';
  if (Object.is(value, -0)) return '-0';
  if (Math.abs(value) === Infinity) return value > 0 ? '1e999' : '-1e999'; // read back as infinity
  return JSON.stringify(value); // NaN becomes null
}

/** The nesting depth of a value; 0 for a leaf. Works for any depth. */
export function depthOf(value: Json): number {
  let level: Json[] = [value];
  let depth = -1;
  while (level.length > 0) {
    depth++;
    const below: Json[] = [];
    for (const v of level)
      if (v !== null && typeof v === 'object') for (const member of Object.values(v)) below.push(member);
    level = below;
  }
  return depth;
}
