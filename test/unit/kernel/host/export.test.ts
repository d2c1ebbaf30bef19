// The exporters: what becomes of each kind of cell and output, that nothing of a notebook escapes into a page's markup,
// and that the Jupyter notebook keeps the rules of its schema.
import { Script } from 'node:vm';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import {
  CELL_ERROR,
  ERROR,
  FILTERS,
  GRAPH,
  OVERFLOW,
  PLOTLY,
  STDERR,
  STDOUT,
  SUMMARY,
  TENSOR,
} from '../../../../kernel/wire/mime.ts';
import { encodePng } from '../../../../kernel/pictures/png.ts';
import { toHtml, toHtmlReport } from '../../../../kernel/host/export/html.ts';
import { toIpynb } from '../../../../kernel/host/export/ipynb.ts';
import { toTs } from '../../../../kernel/host/export/ts.ts';
import type { Cell, Json, Notebook, Output, OutputItem } from '../../../../kernel/notebook/format/types.ts';

const md = (source: string): Cell => ({ id: 'm', kind: 'markdown', source });
const code = (source: string, ...outputs: Output[]): Cell => ({
  id: 'c',
  kind: 'code',
  language: 'typescript',
  source,
  outputs,
});
const nb = (...cells: Cell[]): Notebook => ({ dlnb: 1, metadata: {}, cells });
const shown = (...items: OutputItem[]): Output => ({ items });
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const cellError: { [key: string]: Json } = {
  version: 1,
  name: 'TypeError',
  message: 'bad <b>',
  hint: 'try & see',
  codeFrame: '  1 | a\n> 2 | b < c\n    | ^',
  at: { fn: '', cell: 'c', cellNumber: 2, line: 2, column: 1 },
  frames: [
    { fn: 'f', cell: 'c', cellNumber: 2, line: 2, column: 1 },
    { fn: '', file: 'helper.ts', line: 9, column: 1 },
  ],
  causes: [{ version: 1, name: 'Error', message: 'inner', frames: [] }],
};
const error = shown(
  { mime: CELL_ERROR, json: cellError },
  { mime: ERROR, json: { name: 'TypeError', message: 'bad <b>', stack: 'TypeError: bad <b>\n    at f' } },
);
const figure = (...types: string[]): OutputItem => ({
  mime: PLOTLY,
  json: { data: types.map((type) => ({ type, y: [1, 2] })), layout: { title: '</script><script>alert(1)</script>' } },
});

describe('as a TypeScript script', () => {
  it('separates cells by the markers of the percent format, with Markdown and other languages as comments', () => {
    const python: Cell = { id: 'p', kind: 'code', language: 'python', source: 'print(1)', outputs: [] };
    expect(
      toTs(
        nb(md('# T\n\ntext */'), code('const a = 1;\na', shown({ mime: 'text/plain', text: '1' })), python, code('')),
      ),
    ).toBe(
      '// %% [markdown]\n// # T\n//\n// text */\n\n// %%\nconst a = 1;\na\n\n// %% [python]\n// print(1)\n\n// %%\n',
    );
    expect(toTs(nb())).toBe('');
  });

  it('is TypeScript whatever the Markdown holds, and has as many markers as cells', () => {
    const script = toTs(nb(md('`x` \u2028 alert(1)\r\n%% x\rnew'), code('const s = 1;'), md('// %%')));
    const { diagnostics } = ts.transpileModule(script, { reportDiagnostics: true });
    expect(diagnostics).toEqual([]);
    expect(script.match(/^\/\/ ?%%/gm)).toHaveLength(3);
    expect(script).not.toMatch(/^\s*(alert|new)/m);
  });
});

describe('as a Jupyter notebook', () => {
  interface JupyterCell {
    cell_type: string;
    id: string;
    metadata: Record<string, unknown>;
    source: string[];
    execution_count?: null;
    outputs?: Record<string, unknown>[];
  }
  const read = (notebook: Notebook) =>
    JSON.parse(toIpynb(notebook)) as {
      nbformat: number;
      nbformat_minor: number;
      metadata: Record<string, unknown>;
      cells: JupyterCell[];
    };
  const keys = (value: object) => Object.keys(value).sort();
  const outputsOf = (...outputs: Output[]) => read(nb(code('x', ...outputs))).cells[0]!.outputs!;

  it('keeps the rules of the schema of nbformat 4.5', () => {
    const file = read(
      nb(
        md('# T\ntext'),
        code('a\n\nb\n', shown({ mime: STDOUT, text: 'x\ny' }), shown({ mime: 'image/png', base64: PNG }), error),
      ),
    );
    expect(keys(file)).toEqual(['cells', 'metadata', 'nbformat', 'nbformat_minor']);
    expect([file.nbformat, file.nbformat_minor]).toEqual([4, 5]);
    expect(file.metadata).toMatchObject({
      kernelspec: { name: 'deno', display_name: 'Deno', language: 'typescript' },
      language_info: { name: 'typescript', file_extension: '.ts', pygments_lexer: 'typescript' },
    });
    for (const cell of file.cells) {
      expect(cell.id).toMatch(/^[a-zA-Z0-9-_]{1,64}$/);
      expect(keys(cell)).toEqual(
        cell.cell_type === 'code'
          ? ['cell_type', 'execution_count', 'id', 'metadata', 'outputs', 'source']
          : ['cell_type', 'id', 'metadata', 'source'],
      );
    }
    expect(file.cells.map(({ source }) => source)).toEqual([
      ['# T\n', 'text'],
      ['a\n', '\n', 'b\n'],
    ]);
    const required: Record<string, string[]> = {
      stream: ['name', 'output_type', 'text'],
      display_data: ['data', 'metadata', 'output_type'],
      error: ['ename', 'evalue', 'output_type', 'traceback'],
    };
    for (const output of file.cells[1]!.outputs!)
      expect(keys(output)).toEqual(required[output['output_type'] as string]);
  });

  it('writes streams, values, pictures and errors as Jupyter does', () => {
    expect(outputsOf(shown({ mime: STDERR, text: 'e\n' }))).toEqual([
      { output_type: 'stream', name: 'stderr', text: ['e\n'] },
    ]);
    expect(
      outputsOf(
        shown(
          { mime: 'text/html', text: '<b>\nx' },
          { mime: 'text/plain', text: 'x' },
          { mime: 'image/png', base64: PNG },
          { mime: 'application/json', json: [1] },
        ),
      ),
    ).toEqual([
      {
        output_type: 'display_data',
        metadata: {},
        data: { 'text/html': ['<b>\n', 'x'], 'text/plain': ['x'], 'image/png': PNG, 'application/json': [1] },
      },
    ]);
    expect(outputsOf(error)).toEqual([
      { output_type: 'error', ename: 'TypeError', evalue: 'bad <b>', traceback: ['TypeError: bad <b>', '    at f'] },
    ]);
    expect(
      outputsOf(
        shown({ mime: ERROR, text: '{"name":"E","message":"m"}' }),
        shown({ mime: ERROR, text: 'not JSON' }),
        shown(),
      ),
    ).toEqual([
      { output_type: 'error', ename: 'E', evalue: 'm', traceback: ['E: m'] },
      { output_type: 'error', ename: 'Error', evalue: 'not JSON', traceback: ['Error: not JSON'] },
    ]);
  });

  it('leaves out what only DLNB draws, and keeps the picture, the figure and the text', () => {
    const text: OutputItem = { mime: 'text/plain', text: 'x' };
    const picture: OutputItem = { mime: 'image/png', base64: PNG };
    const data = (...items: OutputItem[]) => Object.keys((outputsOf(shown(...items))[0] as { data: object }).data);
    expect(data({ mime: TENSOR, base64: 'AAAA' }, picture, text)).toEqual(['image/png', 'text/plain']);
    expect(data({ mime: SUMMARY, json: {} }, text)).toEqual(['text/plain']);
    expect(data(figure('bar'), picture, text)).toEqual([PLOTLY, 'image/png', 'text/plain']);
    expect(data({ mime: GRAPH, base64: 'AAAA' })).toEqual(['text/plain']);
  });

  it('says at which size a picture of double density is shown', () => {
    const double = Buffer.from(encodePng(new Uint8Array(4 * 6 * 4), 6, 4, 2)).toString('base64');
    expect(outputsOf(shown({ mime: 'image/png', base64: double }))[0]).toMatchObject({
      metadata: { 'image/png': { width: 3, height: 2 } },
    });
  });

  it('notes the language of cells that are not TypeScript', () => {
    const js: Cell = { id: 'j', kind: 'code', language: 'javascript', source: '', outputs: [] };
    expect(read(nb(js)).cells[0]!.metadata).toEqual({ vscode: { languageId: 'javascript' } });
  });
});

describe('as a web page', () => {
  const assets: Record<string, string> = {
    'filters.js': 'FILTERS',
    'graph.js': 'GRAPHS',
    'plotly.js': 'export const activate = () => "</script><!--<script>";',
    'plotly-cartesian.js': 'FLAT',
    'plotly-gl3d.js': 'SPATIAL',
  };
  const asked: string[] = [];
  const options = {
    asset(file: string): string {
      asked.push(file);
      return assets[file]!;
    },
  };
  const page = (...cells: Cell[]) => {
    asked.length = 0;
    return toHtml(nb(...cells), 'file', options);
  };
  const body = (...cells: Cell[]) => /<main>([^]*)<\/main>/.exec(page(...cells))![1]!;
  /** The text of each script element, as a browser would split it. */
  const scripts = (html: string) =>
    [...html.matchAll(/<script([^>]*)>([^]*?)<\/script>/g)].map((m) => ({ attributes: m[1]!, text: m[2]! }));

  it('takes its title from the first heading, else from the name, and escapes it', () => {
    expect(page(md('intro\n# A *nice* `title` </title><script>')).match(/<title>.*<\/title>/)![0]).toBe(
      '<title>A nice title &lt;/title&gt;&lt;script&gt;</title>',
    );
    expect(toHtml(nb(), 'a<b', options)).toContain('<title>a&lt;b</title>');
  });

  it('loads nothing and runs nothing where there is nothing to draw', () => {
    const html = page(
      md('# T\n![web](https://example.org/x.png)'),
      code('1', shown({ mime: 'text/plain', text: '1' }), shown({ mime: 'image/png', base64: PNG })),
    );
    expect(html).not.toMatch(/<script|<link|@import|url\(|src="(?!data:)/);
    expect(html).toContain('<a href="https://example.org/x.png">web</a>');
    expect(html).toContain(`<img src="data:image/png;base64,${PNG}" alt="Picture of cell 2">`);
    expect(asked).toEqual([]);
  });

  it('folds the input of a folded cell behind its first comment, and shows its outputs', () => {
    const folded = (source: string): Cell =>
      ({ ...code(source, shown({ mime: 'text/plain', text: 'out' })), folded: true }) as Cell;
    const html = body(folded('const a = 1;\n// Draws <the> figure\n// and more'));
    expect(html).toMatch(
      /<details class="folded"><summary>Draws &lt;the&gt; figure<\/summary><pre class="code"[^]*<\/pre><\/details>\n<div class="outputs">/,
    );
    expect(body(folded('/** A helper. */\nf()'))).toContain('<summary>A helper.</summary>');
    expect(body(folded('\n  f(a < b)'))).toContain('<summary>f(a &lt; b)</summary>');
    expect(body(code('// c'))).not.toContain('<details');
    expect(html).not.toContain('open');
  });

  it('lets a notebook put no markup of its own into the page', () => {
    const evil = '<img src=x onerror=alert(1)><script>alert(1)</script>"\'>';
    const html = body(
      md(
        `${evil}\n\n<div onclick="x">d</div>\n\n[l](javascript:alert(1)) ![${evil}](data:image/png;base64,AA "t${evil}")\n\n\`\`\`ts\n${evil}\n\`\`\`\n\n$\\href{javascript:alert(1)}{${'x'}}$ $${evil}$`,
      ),
      code(
        evil,
        shown({ mime: STDOUT, text: evil }),
        shown({ mime: 'text/plain', text: evil }),
        shown({ mime: 'text/html', text: evil }),
        shown({ mime: 'image/svg+xml', text: `<svg onload="alert(1)">${evil}</svg>` }),
        shown({ mime: 'text/markdown', text: evil }),
        shown({ mime: CELL_ERROR, json: { ...cellError, name: evil, message: evil, codeFrame: evil, hint: evil } }),
        shown({ mime: `x/${evil}`, text: evil }),
        shown({ mime: 'image/png"onerror="alert(1)', base64: PNG }),
        shown({ mime: 'application/json', json: { [evil]: evil } }),
      ),
    );
    const tags = [...html.matchAll(/<(\w[\w-]*)((?:[^"'>]|"[^"]*"|'[^']*')*)>/g)];
    expect(tags.map((m) => m[1]).filter((name) => /^(script|object|embed|link|style)$/i.test(name!))).toEqual([]);
    for (const [tag, , attributes] of tags)
      expect(attributes!.replace(/"[^"]*"|'[^']*'/g, ''), tag).not.toMatch(/\bon\w+\s*=/i);
    expect(html).not.toMatch(/href="javascript:/);
    expect(tags.filter((m) => m[1] === 'iframe').map((m) => m[2]!.match(/sandbox="[^"]*"/)![0])).toEqual([
      'sandbox="allow-scripts"',
      'sandbox="allow-scripts"',
    ]);
    for (const m of tags.filter((m) => m[1] === 'img')) expect(m[2]).toMatch(/^ src="data:image\//);
  });

  it('keeps harmless HTML in Markdown', () => {
    expect(
      body(
        md(
          'a<br>b <kbd>Ctrl</kbd> <!-- gone --> x < y & z\n\n<details open>\n<summary>More</summary>\n\ntext\n\n</details>',
        ),
      ),
    ).toContain('a<br>b <kbd>Ctrl</kbd>  x &lt; y &amp; z');
    expect(body(md('<details open>\n<summary>More</summary>\n</details>'))).toContain(
      '<details open>\n<summary>More</summary>\n</details>',
    );
  });

  it('writes formulas as MathML and code in color', () => {
    expect(body(md('$e^x$'))).toMatch(/<math[^]*<\/math>/);
    expect(body(md('$$\n\\sum_i x_i\n$$'))).toMatch(/<math[^>]*display="block"/);
    expect(body(code('const a = 1;'))).toContain('<span class="hljs-keyword">const</span>');
  });

  it('embeds pictures that lie beside the notebook', () => {
    const resolveImage = (path: string) => (path === 'a b.png' ? 'data:image/png;base64,AA' : undefined);
    const html = toHtml(nb(md('![beside](a%20b.png) ![gone](no.png)')), 't', { ...options, resolveImage });
    expect(html).toContain('<img src="data:image/png;base64,AA" alt="beside"> <em>gone</em>');
  });

  it('shows terminal colors, and of lines written over with \\r the last state', () => {
    expect(body(code('', shown({ mime: STDOUT, text: '\x1b[31mred\x1b[0m & 1%\r50%\r100%\ndone\r\n' })))).toContain(
      '100%\ndone\n</pre>',
    );
    expect(body(code('', shown({ mime: STDERR, text: '\x1b[31mred\x1b[0m' })))).toMatch(
      /<pre class="stream stderr"[^>]*><span class="ansi-red-fg">red<\/span><\/pre>/,
    );
  });

  it.for([
    ['\x1b[38;5;208mx', '<span style="color:rgb(255,135,0);">x</span>'],
    ['\x1b[48;5;244mx', '<span style="background:rgb(128,128,128);">x</span>'],
    ['\x1b[38;2;1;2;3mx', '<span style="color:rgb(1, 2, 3);">x</span>'],
    ['\x1b[38;5;9mx', '<span class="ansi-bright-red-fg">x</span>'],
    ['\x1b[1;41mx', '<span class="ansi-red-bg ansi-bold">x</span>'],
    ['\x1b[7mx', '<span class="ansi-inverse"><span>x</span></span>'],
    ['\x1b[31;7mx', '<span class="ansi-red-fg ansi-inverse"><span>x</span></span>'],
    ['\x1b[31;42;7mx', '<span class="ansi-red-fg ansi-inverse"><span class="ansi-green-fg">x</span></span>'],
    ['\x1b[38;2;1;2;3m<\x1b[0m&', '<span style="color:rgb(1, 2, 3);">&lt;</span>&amp;'],
  ])('shows the colors of %j', ([text, html]) => {
    expect(body(code('', shown({ mime: STDOUT, text: text! })))).toContain(`>${html}</pre>`);
  });

  it('shows an error with its hint, code frame, frames and causes', () => {
    const html = body(code('x', error));
    for (const part of [
      'TypeError: bad &lt;b&gt;',
      'try &amp; see',
      'cell 2, line 2',
      '<b>&gt; 2 | b &lt; c</b>',
      '<b>f</b> cell 2, line 2',
      'helper.ts, line 9',
      'Caused by',
      'Error: inner',
    ])
      expect(html).toContain(part);
    expect(html.match(/TypeError/g)).toHaveLength(1);
  });

  it('says how much was cut from a long output', () => {
    const json = { version: 1, log: 'c.log', lines: 200_000, bytes: 2_888_890, shown: 5 };
    expect(body(code('x', shown({ mime: OVERFLOW, json }, { mime: 'text/plain', text: 'see the log' })))).toContain(
      'printed 200,000 lines (2.9 MB) in all',
    );
  });

  it('holds of the renderers only what its figures need, as text that ends no element', () => {
    const flat = page(code('x', shown(figure('scatter', 'heatmap'))));
    expect(asked.sort()).toEqual(['plotly-cartesian.js', 'plotly.js']);
    expect(flat).not.toContain('SPATIAL');
    page(code('x', shown(figure('surface'))));
    expect(asked.sort()).toEqual(['plotly-gl3d.js', 'plotly.js']);
    page(code('x', shown(figure('surface')), shown(figure('bar'))), code('y', shown(figure('scatter3d'))));
    expect(asked.sort()).toEqual(['plotly-cartesian.js', 'plotly-gl3d.js', 'plotly.js']);

    const [data, cartesian, plotly, host] = scripts(flat);
    expect(JSON.parse(data!.text)).toEqual((figure('scatter', 'heatmap') as { json: unknown }).json);
    expect(cartesian).toEqual({
      attributes: ' type="text/plain" id="file-plotly-cartesian.js" data-file="plotly-cartesian.js"',
      text: 'FLAT',
    });
    expect(plotly!.text.replaceAll('\u0002', '<')).toBe(assets['plotly.js']);
    expect(plotly!.text).not.toMatch(/<[/!s]/i);
    expect(host!.attributes).toBe(' type="module"');
    expect(() => new Script(`(async () => {${host!.text}})`)).not.toThrow();
  });

  it.each([
    ['graphs', GRAPH, 'graph.js'],
    ['filters', FILTERS, 'filters.js'],
  ])('holds %s as bytes, with their renderer, and their text for pages without scripts', (_, mime, file) => {
    const html = page(
      code('x', shown({ mime, base64: 'RExORw==' }, { mime: 'text/plain', text: 'Graph of <f>: 2 nodes' })),
    );
    expect(asked).toEqual([file]);
    expect(html).toContain('<script type="text/plain" data-base64>RExORw==</script>');
    expect(html).toContain('<noscript><pre>Graph of &lt;f&gt;: 2 nodes</pre></noscript>');
    expect(html).toContain('role="group" aria-label="Graph of &lt;f&gt;: 2 nodes"');
  });

  it('makes a report of several notebooks with a list of them', () => {
    const html = toHtmlReport(
      [
        { title: 'one', notebook: nb(md('# First')) },
        { title: 'two <', notebook: nb(code('1')) },
      ],
      options,
    );
    expect(html).toContain('<li><a href="#n1">First</a></li><li><a href="#n2">two &lt;</a></li>');
    expect(html).toMatch(/<article id="n2">\n<div class="cell prose"><h1>two &lt;<\/h1>/);
    expect(html.match(/ id="[^"]*"/g)).toHaveLength(new Set(html.match(/ id="[^"]*"/g)).size);
  });

  it('is the same for the same notebook', () => {
    const cells = [md('# T'), code('x', error, shown(figure('bar')))];
    expect(page(...cells)).toBe(page(...cells));
  });
});
