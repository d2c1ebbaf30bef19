// What imports, `require` and JSX mean.
import { cell, stdout, value, type SemanticsCase } from './case.ts';

const fails = (error: string, message: RegExp, at: [number, number]) => ({ error, message, at });

export const modulesCases: SemanticsCase[] = [
  {
    name: 'a JSON file is imported with attributes, by a statement and by a call',
    files: { 'a.json': '{ "n": 4 }' },
    cells: [
      cell("const { default: d } = await import('./a.json', { with: { type: 'json' } });\nd", value('{ n: 4 }')),
      cell("import a from './a.json' with { type: 'json' };\na.n", value('4')),
    ],
  },
  {
    name: 'imported files see their own folder and require',
    files: {
      'lib/here.ts':
        "export const here = __dirname.split(/[\\\\/]/).at(-1); export const y: number = require('./y.cjs').y; export const { main } = import.meta;",
      'lib/y.cjs': 'exports.y = 5;',
    },
    cells: [
      cell(
        "import { here, y, main } from './lib/here.ts';\n[here, y, main, import.meta.main]",
        value("[ 'lib', 5, false, true ]"),
      ),
    ],
  },
  {
    name: 'a wrong name in an import is an error there, and a type is not',
    files: { 'shapes.ts': 'export interface Shape { n: number }\nexport const square: Shape = { n: 4 };' },
    cells: [
      cell("\nimport { trian } from 'dlnb';", fails('SyntaxError', /did you mean "train"\?$/, [1, 2])),
      cell("import { Shape, square } from './shapes';"),
      cell('const s: Shape = square;\ns.n', value('4')),
      cell("import { sqare } from './shapes';", fails('SyntaxError', /did you mean "square"\?$/, [4, 1])),
      cell("import { Stats, existsSync, PathLike } from 'node:fs';\ntypeof existsSync", value("'function'")),
    ],
  },
  {
    name: 'the tensor library is one, whatever loads it',
    cells: [
      cell("const tf = require('@tensorflow/tfjs');\ntf.scalar(2).dataSync()[0]", value('2')),
      cell("import whole, * as all from '@tensorflow/tfjs';\n[whole === all, tf === all]", value('[ true, true ]')),
    ],
  },
  {
    name: 'require gives files of the user',
    files: { 'x.ts': 'export enum E { A = 7 }\nconsole.log("runs");', 'd.json': '[1, 2]' },
    cells: [
      cell("const { E } = require('./x.ts');\nE.A", stdout('runs\n'), value('7')),
      cell("import { E as same } from './x';\n[same === E, require('./d.json').length]", value('[ true, 2 ]')),
    ],
  },
  {
    name: 'JSX makes HTML',
    files: {
      'card.tsx': 'export const Card = ({ children }: { children?: unknown }) => <section>{children}</section>;',
    },
    cells: [
      cell(
        'import { Card } from \'./card\';\nString(<Card><b title="t">{1 + 1} &lt;</b></Card>)',
        value(`'<section><b title="t">2 &lt;</b></section>'`),
      ),
      cell('const list = <>{[1, 2].map((n) => <i key={n}>{n}</i>)}</>;\nlist.toString()', value("'<i>1</i><i>2</i>'")),
    ],
  },
  {
    name: 'a file with a syntax error is named with its line',
    files: { 'bad.ts': 'interface A {\n  a: 1;\n}\nexport const r = ;' },
    cells: [
      cell("import './bad.ts'", {
        error: 'SyntaxError',
        message: /Unexpected ";"/,
        frame: /> 4 \| export const r = ;/,
      }),
    ],
  },
];
