// The reader of CSV: rows by RFC 4180, the same however the text is cut into pieces.
import { describe, expect, it } from 'vitest';
import { CsvReader } from '../../../../../kernel/tensors/layers/csv.ts';

const comma = { delimiter: ',', delimWhitespace: false };

/** The rows of a text that comes in pieces of a length. */
function rows(text: string, format = comma, length = text.length || 1): string[][] {
  const reader = new CsvReader(format);
  const read: string[][] = [];
  for (let at = 0; at < text.length; at += length) read.push(...reader.read(text.slice(at, at + length)));
  return [...read, ...reader.end()];
}

const cases: [name: string, text: string, expected: string[][], format?: typeof comma][] = [
  ['plain rows', 'a,b\n1,2\n', [['a', 'b'], ['1', '2']]],
  ['no line break at the end', 'a,b\n1,2', [['a', 'b'], ['1', '2']]],
  ['CRLF', 'a,b\r\n1,2\r\n', [['a', 'b'], ['1', '2']]],
  ['quotes in quotes', 'a\n"say ""hi"""\n', [['a'], ['say "hi"']]],
  ['line breaks in quotes', 'a,b\r\n"1\r\n2",3\r\n', [['a', 'b'], ['1\r\n2', '3']]],
  ['delimiters in quotes', '"a,b",c', [['a,b', 'c']]],
  ['empty fields', ',\n"",\n', [['', ''], ['', '']]],
  ['an empty field in quotes alone', 'a\n""\n', [['a'], ['']]],
  ['a delimiter at the end', 'a,', [['a', '']]],
  ['quotes that begin inside of a field', 'a"b",c', [['a"b"', 'c']]],
  ['letters after a quoted field', '"a"b,c', [['ab', 'c']]],
  ['blank lines', 'a,b\n\n1,2\n\n\n', [['a', 'b'], ['1', '2']]],
  ['blanks that stay', ' a , b ', [[' a ', ' b ']]],
  ['a carriage return inside of a field', 'a\rb,c', [['a\rb', 'c']]],
  ['a mark of the byte order', '\ufeffa,b\n1,2', [['a', 'b'], ['1', '2']]],
  ['umlauts and emoji', 'ä,"🙂"\n', [['ä', '🙂']]],
  ['another delimiter', 'a;b;"c;d"', [['a', 'b', 'c;d']], { delimiter: ';', delimWhitespace: false }],
  ['tabs', 'a\tb\n1\t2', [['a', 'b'], ['1', '2']], { delimiter: '\t', delimWhitespace: false }],
  ['several spaces', 'a  b\n 1   2 \n', [['a', 'b'], ['1', '2']], { delimiter: ' ', delimWhitespace: true }],
  ['nothing', '', []],
]; // prettier-ignore

describe.each(cases)('%s', (_, text, expected, format) => {
  it.each([1, 2, 3, 1000])('in pieces of %i', (length) => {
    expect(rows(text, format, length)).toEqual(expected);
  });
});

it('names the line of a quote that is not closed', () => {
  expect(() => rows('a,b\n"1\n\n2",3\n4,"5\n')).toThrow('the quote that is opened in line 5 is not closed');
});
