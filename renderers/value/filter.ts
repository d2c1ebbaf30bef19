// Which rows of a table a text asks for, and rows as comma-separated values.
import type { ValueNode } from '../../kernel/wire/value.ts';

type Cells = readonly (ValueNode | null)[];
type Test = (cells: Cells) => boolean;

const COMPARISON = /^(.+?)(<=|>=|!=|=|<|>)(.*)$/s;

/**
 * A test of rows. Each word of the text must be in some cell, in capital or small letters; words in quotes belong
 * together. `loss < 0.5` compares a column: by `<`, `<=`, `>`, `>=`, `=` or `!=`; a name with spaces stands in quotes.
 */
export function rowFilter(text: string, columns: readonly string[]): Test {
  const tests = termsOf(text).map((term) => {
    const [, name = '', sign = '', wanted = ''] = COMPARISON.exec(term) ?? [];
    const column = columns.findIndex((other) => other.toLowerCase() === name.toLowerCase());
    // While a comparison is being typed it asks for nothing
    if (column >= 0) return wanted === '' ? () => true : comparison(column, sign, wanted.toLowerCase());
    const word = term.toLowerCase();
    return (cells: Cells) => cells.some((cell) => cell?.text.toLowerCase().includes(word));
  });
  return (cells) => tests.every((test) => test(cells));
}

/** The words of a text, without their quotes and without spaces around signs of comparison. */
function termsOf(text: string): string[] {
  const parts = text.match(/"[^"]*"?|\s*(?:<=|>=|!=|=|<|>)\s*|[^\s"<>=!]+|!|\s+/g) ?? [];
  const terms: string[] = [];
  let open = false;
  for (const part of parts) {
    if (/^\s+$/.test(part)) open = false;
    else {
      const bare = part.startsWith('"') ? part.replaceAll('"', '') : part.trim();
      const joins = open || /^\s*[<>=!]/.test(part);
      if (joins && terms.length > 0) terms[terms.length - 1] += bare;
      else terms.push(bare);
      open = true;
    }
  }
  return terms.filter((term) => term !== '');
}

function comparison(column: number, sign: string, wanted: string): Test {
  const number = Number(wanted);
  return (cells) => {
    const cell = cells[column];
    if (!cell) return sign === '!=';
    const text = cell.text.toLowerCase();
    if (cell.kind !== 'number' || Number.isNaN(number)) {
      if (sign === '=' || sign === '!=') return (text === wanted) === (sign === '=');
      return cell.kind === 'text' && (sign.startsWith('<') ? text < wanted : text > wanted);
    }
    const value = Number(text.replace(/n$/, '').replace('infinity', 'Infinity'));
    switch (sign) {
      case '<':
        return value < number;
      case '<=':
        return value <= number;
      case '>':
        return value > number;
      case '>=':
        return value >= number;
      default:
        return (value === number) === (sign === '=');
    }
  };
}

/** Rows as RFC 4180 has them, with a line of names. What is missing is empty. */
export function csv(columns: readonly string[], rows: readonly Cells[]): string {
  const field = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const isMissing = (cell: ValueNode | null) => !cell || cell.kind === 'empty';
  return [columns, ...rows.map((cells) => cells.map((cell) => (isMissing(cell) ? '' : cell!.text)))]
    .map((fields) => `${fields.map(field).join(',')}\r\n`)
    .join('');
}
