// How the values of cells are shown: their texts.
import { cell, stdout, value, type SemanticsCase } from './case.ts';

const forgotten = (text: string) => `${text}\nThis is a promise and not its value. Did you forget await?`;

/** A proxy of `{}`; newer versions of Node say that it is one. */
const proxied = value(/^(\{\}|Proxy\(\{\}\))$/);

export const valuesCases: SemanticsCase[] = [
  {
    name: 'a promise as value asks whether await was forgotten, without fields of Node',
    cells: [
      cell('new Promise(() => {})', value(forgotten('Promise { <pending> }'))),
      cell('Promise.resolve(2)', value(forgotten('Promise { 2 }'))),
      cell('({ p: Promise.resolve(1) })', value('{ p: Promise { 1 } }')),
      cell('console.log([Promise.resolve(1)])', stdout('[ Promise { 1 } ]\n')),
      cell('await Promise.resolve(2)', value('2')),
    ],
  },
  {
    name: 'values that only look like others, and proxies, are shown as they are',
    cells: [
      cell('new Proxy({}, { get: () => () => 1 })', proxied),
      cell("new Proxy({}, { get() { throw new Error('no'); } })", proxied),
      cell(
        '({ layers: [], summary() {}, built: true })',
        value('{ layers: [], summary: [Function: summary], built: true }'),
      ),
      cell(
        "({ epoch: [1], history: { loss: ['x'] }, params: {} })",
        value("{ epoch: [ 1 ], history: { loss: [ 'x' ] }, params: {} }"),
      ),
      cell('class Timeout { [Symbol.dispose]() {} }\nnew Timeout()', value('Timeout {}')),
      cell('setTimeout(() => {})', value('Timeout')),
      cell(
        "import { inspect } from 'node:util';\n({ a: 1, [inspect.custom]() { throw new Error('no'); } })",
        value(/a: 1/),
      ),
      cell("new Proxy({}, { getPrototypeOf() { throw new Error('no'); } })", proxied),
      cell('({ get constructor() { throw new Error("no"); }, a: 1 })', value('{ constructor: [Getter], a: 1 }')),
    ],
  },
  {
    name: 'values that resist are shown all the same',
    cells: [
      cell(
        "const traps = ['get', 'getPrototypeOf', 'ownKeys', 'has', 'getOwnPropertyDescriptor'];\nconst no = () => { throw new Error('no'); };\nnew Proxy({}, Object.fromEntries(traps.map((t) => [t, no])))",
        value(/^(\{\}|Proxy\(\{\}\))$/),
      ),
      cell('const revoked = Proxy.revocable({}, {});\nrevoked.revoke();\nrevoked.proxy', value(/revoked proxy/i)),
      cell("Object.create(new Proxy({}, { get() { throw new Error('no'); } }))", value(/./)),
      cell('Object.create(new Proxy({}, { get: () => () => 1 }))', value(/./)),
      cell("({ get [Symbol.toStringTag]() { throw new Error('no'); } })", value(/Getter|Object/)),
    ],
  },
  {
    name: 'html, md and svg take a text, display takes an object of MIME types',
    cells: [
      cell(
        "import { html, md, svg, image } from 'dlnb';\nString(html('<b>x</b>')) + String(md('# x')) + String(svg('<svg/>'))",
        value("'<b>x</b># x<svg/>'"),
      ),
      cell('html(5 as never)', {
        error: 'TypeError',
        message: /^html: write html`…` or html\('…'\) with a text, not number$/,
      }),
      cell('md()', { error: 'TypeError', message: /^md: write md`…`/ }),
      cell("display({ 'text/plain': 'raw' })", value('raw')),
      cell("display({ 'text/plain': 'raw', 'text/html': undefined }, { raw: true })", value('raw')),
      cell('display({ a: 1 }, { raw: true })', { error: 'TypeError', message: /^display: with raw/ }),
      cell("({ [Symbol.for('Jupyter.display')]: () => ({ 'image/png': 'not base64!' }) })", {
        error: 'TypeError',
        message: /^image\/png must be/,
      }),
      cell("image('data:image/png;base64,iVBORw0KGgo=')", value('image/png, 8 bytes')),
    ],
  },
  {
    name: 'elements, canvases and Vega specifications of other libraries are drawn',
    cells: [
      cell("({ nodeType: 1, localName: 'p', outerHTML: '<p class=\"a\">x</p>' })", value('<p class="a">')),
      cell(
        "({ width: 3, height: 2, getContext() {}, toBuffer: async () => Buffer.from('iVBORw0KGgo=', 'base64') })",
        value('Canvas, 3 × 2 pixels'),
      ),
      cell(
        "({ $schema: 'https://vega.github.io/schema/vega-lite/v5.json', title: 'T', mark: 'bar' })",
        value('Vega-Lite plot "T"'),
      ),
    ],
  },
];
