// Brackets, templates and comments of a text that does not parse: what is left open at its end, and what closes more
// than was opened. A cell that is being typed must not swallow the cells below.

/** What a text needs so that the text behind it is on its own. */
export interface Balance {
  /** Closes what the text leaves open. It begins a new line, so that it stands in no comment. */
  tail: string;
  /** Places of brackets that close nothing, and of slashes of regular expressions that do not end. */
  extra: number[];
}

const CLOSERS: Record<string, string> = { '{': '}', '(': ')', '[': ']', '`': '`', '${': '}' };
/** Words behind which a slash begins a regular expression. */
const BEFORE_VALUE = new Set(
  'return typeof case in of delete void throw new do else await yield instanceof extends'.split(' '),
);

/** Reads a text by its tokens alone. A slash is a division where a value stands in front of it. */
export function balance(text: string): Balance {
  const open: string[] = [];
  const extra: number[] = [];
  let comment = '';
  /** The last character of code and the last word, for slashes. */
  let before = '';
  let word = '';
  const length = text.length;
  let i = 0;
  while (i < length) {
    const c = text[i]!;
    if (open.at(-1) === '`') {
      if (c === '`') {
        open.pop();
        [before, word] = [c, ''];
      } else if (c === '$' && text[i + 1] === '{') {
        open.push('${');
        [before, word] = ['{', ''];
        i++;
      } else if (c === '\\') i++;
      i++;
      continue;
    }
    if (c === '/' && text[i + 1] === '/') {
      i = lineEnd(text, i);
      continue;
    }
    if (c === '/' && text[i + 1] === '*') {
      const end = text.indexOf('*/', i + 2);
      if (end < 0) comment = '*/';
      i = end < 0 ? length : end + 2;
      continue;
    }
    const name = /[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/uy;
    name.lastIndex = i;
    const found = /[\w$\u0080-\uffff]/.test(c) ? name.exec(text) : null;
    if (found) {
      word = before === '.' ? '' : found[0];
      before = 'a';
      i += found[0].length;
      continue;
    }
    if (c === '"' || c === "'") i = stringEnd(text, i, c);
    else if (c === '/' && isRegExp(before, word)) {
      const end = regExpEnd(text, i);
      if (end === undefined) extra.push(i);
      i = end ?? i + 1;
    } else {
      if (c === '`' || c === '{' || c === '(' || c === '[') open.push(c);
      else if (c === '}' || c === ')' || c === ']') close(c, i, open, extra);
      i++;
    }
    if (!/\s/.test(c)) [before, word] = [c, ''];
  }
  const closers = open.reverse().map((opener) => CLOSERS[opener]!);
  return { tail: comment + closers.join(''), extra };
}

/** Closes the innermost bracket of the kind, and what is open inside it. A template is closed by itself alone. */
function close(closer: string, at: number, open: string[], extra: number[]): void {
  const template = open.lastIndexOf('`');
  let i = open.length - 1;
  while (i > template && CLOSERS[open[i]!] !== closer) i--;
  if (i <= template) extra.push(at);
  else open.length = i;
}

const isRegExp = (before: string, word: string) =>
  before === '' || (before === 'a' ? BEFORE_VALUE.has(word) : !/[)\]}"'`]/.test(before));

function lineEnd(text: string, from: number): number {
  const end = /[\r\n\u2028\u2029]/g;
  end.lastIndex = from;
  return end.exec(text)?.index ?? text.length;
}

/** Behind a string, which ends with its line at the latest. */
function stringEnd(text: string, from: number, quote: string): number {
  for (let i = from + 1; i < text.length; i++) {
    if (text[i] === '\\') i += text[i + 1] === '\r' && text[i + 2] === '\n' ? 2 : 1;
    else if (text[i] === quote) return i + 1;
    else if (text[i] === '\n' || text[i] === '\r') return i;
  }
  return text.length;
}

/** Behind a regular expression; undefined if it does not end in its line. */
function regExpEnd(text: string, from: number): number | undefined {
  let inClass = false;
  for (let i = from + 1; i < text.length; i++) {
    const c = text[i];
    if (c === '\n' || c === '\r') return undefined;
    if (c === '\\') i++;
    else if (c === '[') inClass = true;
    else if (c === ']') inClass = false;
    else if (c === '/' && !inClass) return i + 1;
  }
  return undefined;
}
