// Where a new import goes that TypeScript puts at the head of the virtual document.
import { describe, expect, it } from 'vitest';
import { VirtualDocument, type Cell } from '../../../../kernel/language/document.ts';
import { editOf } from '../../../../kernel/language/features.ts';

const cellsOf = (...texts: string[]): Cell[] =>
  texts.map((text, i) => ({ id: `c${i + 1}`, kind: 'code', language: 'typescript', text }));

/** The cells after an import was added that a cell needs. */
function imported(current: string, ...texts: string[]): string[] {
  const cells = cellsOf(...texts);
  const document = new VirtualDocument(cells);
  const top = { line: 0, character: 0 };
  const edit = editOf(document, { range: { start: top, end: top }, newText: "import n from 'n';\n\n" }, current)!;
  return cells.map(({ id, text }) => {
    if (id !== edit.cell) return text;
    const offset = document.cellOffset(id, edit.range.start);
    return text.slice(0, offset) + edit.newText + text.slice(offset);
  });
}

describe('a new import', () => {
  it('goes behind those of the last cell above that has some', () => {
    const cells = ["import a from 'a';\na;", "import b from 'b'; // why\nb;", 'n;', "import c from 'c';"];
    expect(imported('c3', ...cells)).toEqual([
      cells[0],
      "import b from 'b'; // why\nimport n from 'n';\nb;",
      'n;',
      cells[3],
    ]);
  });

  it('goes behind those of the cell itself', () =>
    expect(imported('c2', "import a from 'a';", "import b from 'b';\nn;")).toEqual([
      "import a from 'a';",
      "import b from 'b';\nimport n from 'n';\nn;",
    ]));

  it('goes in front of those of the first cell below, if none is above', () =>
    expect(imported('c1', 'n;', "// first\nimport a from 'a';")).toEqual([
      'n;',
      "// first\nimport n from 'n';\nimport a from 'a';",
    ]));

  it('goes to the top of the cell where no cell has imports', () => {
    expect(imported('c2', 'a;', 'n;')).toEqual(['a;', "import n from 'n';\nn;"]);
    expect(imported('c1', '#!/usr/bin/env node\nn;')).toEqual(["#!/usr/bin/env node\nimport n from 'n';\nn;"]);
  });
});
