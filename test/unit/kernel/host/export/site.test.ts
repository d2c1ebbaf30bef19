// The pages of a course: names, links from one to another, what is shared, and the table of contents.
import { Script } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { makeSite, type SiteNotebook } from '../../../../../kernel/host/export/site.ts';
import { PLOTLY } from '../../../../../kernel/wire/mime.ts';
import { CLAIMS, RESULT } from '../../../../../kernel/wire/course.ts';
import type { Json } from '../../../../../kernel/notebook/format/types.ts';

function notebook(
  file: string,
  markdown: string,
  items: Record<string, Json> = {},
  more: Partial<SiteNotebook> = {},
): SiteNotebook {
  const outputs = Object.entries(items).map(([mime, json]) => ({
    items: [
      { mime: 'text/plain', text: '' },
      { mime, json },
    ].reverse(),
  }));
  return {
    file,
    notebook: {
      dlnb: 1,
      metadata: {},
      cells: [
        { id: 'm', kind: 'markdown', source: markdown },
        { id: 'c', kind: 'code', language: 'typescript', source: 'x', outputs },
      ],
    },
    ...more,
  };
}
const figure = { data: [{ type: 'scatter', y: [1, 2] }], layout: {} };
const options = { title: 'A course', asset: (file: string) => `// ${file} </script>` };
const siteOf = (...notebooks: SiteNotebook[]) => new Map(makeSite(notebooks, options));

describe('a site', () => {
  it('has a page for each notebook, the contents, and the renderers once', () => {
    const site = siteOf(
      notebook('a b.dlnb', '# A', { [PLOTLY]: figure }),
      notebook('index.dlnb', '# I', { [PLOTLY]: figure }),
      notebook('c.dlnb', 'no heading'),
    );
    expect([...site.keys()]).toEqual([
      'a b.html',
      'index-notebook.html',
      'c.html',
      'index.html',
      'assets/plotly.js',
      'assets/plotly-cartesian.js',
    ]);
    for (const page of ['a b.html', 'index-notebook.html']) {
      expect(site.get(page)).toContain('src="assets/plotly-cartesian.js"');
      expect(site.get(page)).not.toContain('// plotly');
    }
    expect(site.get('c.html')).not.toContain('<script');
    expect(site.get('c.html')).toContain('<h1>c</h1>');
    const context: { dlnbFiles?: Record<string, string> } = {};
    for (const file of ['plotly.js', 'plotly-cartesian.js'])
      new Script(site.get(`assets/${file}`)!).runInNewContext(context);
    expect(context.dlnbFiles).toEqual({
      'plotly.js': '// plotly.js </script>',
      'plotly-cartesian.js': '// plotly-cartesian.js </script>',
    });
  });

  it('leads from a notebook to those that it names, to the next and the previous one, and to the contents', () => {
    const links =
      '# B\n[a](a%20b.dlnb) [part](./c.dlnb#x) [gone](gone.dlnb) [web](https://example.org/x.dlnb) [top](#n-1)';
    const site = siteOf(notebook('a b.dlnb', '# A'), notebook('b.dlnb', links), notebook('c.dlnb', '# C <b>'));
    const html = site.get('b.html')!;
    for (const link of [
      '<a href="a%20b.html">a</a>',
      '<a href="c.html#x">part</a>',
      '<a>gone</a>',
      '<a href="https://example.org/x.dlnb">web</a>',
      '<a href="#n-1">top</a>',
    ])
      expect(html).toContain(link);
    expect(html).toMatch(
      /<a rel="prev" href="a%20b\.html"[^>]*>←<\/a><span class="place">2 of 3<\/span><a rel="next" href="c\.html"/,
    );
    expect(html).toContain('<a href="index.html">A course</a>');
    expect(html).toContain('<small>Next</small>C &lt;b&gt;</a>');
    expect(site.get('a b.html')).not.toContain('rel="prev"');
    expect(site.get('c.html')).not.toContain('rel="next"');
  });

  it('says in its contents what each notebook teaches and needs, from an index or from its first cell', () => {
    const facts =
      '# B\n\n**Teaches** *much*\nof it.\n\n**Runs** in about 12 seconds.\n\n**You need** [A](a.dlnb).\n\nText';
    const index = { part: 'One', time: '5\u00a0s', teaches: 'from the index', prerequisites: 'Nothing' };
    const html = siteOf(
      notebook('a.dlnb', '# A', { [CLAIMS]: { claims: [{ claim: 'x', holds: true }] } }, index),
      notebook('b.dlnb', facts),
    ).get('index.html')!;
    for (const text of [
      '<h2>One</h2>',
      'from the index',
      '1 claim checked',
      '<span>5\u00a0s</span> · <span>1 held</span>',
      '<p><em>much</em>\nof it.</p>',
      '<span>12\u00a0s</span>',
      '<a href="a.html">A</a>.',
    ])
      expect(html).toContain(text);
    expect(html).not.toContain('<script');
  });

  it('lists the results of all notebooks', () => {
    const result = (model: string, error: number) => ({
      [RESULT]: { dataset: 'MNIST-1D', model, parameters: 2050, error },
    });
    const html = siteOf(notebook('a.dlnb', '# A', result('m <1>', 9)), notebook('b.dlnb', '# B', result('m2', 3))).get(
      'index.html',
    )!;
    expect(html).toContain('Results on MNIST-1D');
    expect(html.indexOf('m2')).toBeLessThan(html.indexOf('m &lt;1&gt;'));
    expect(html).toContain('<td class="amount">2,050</td>');
  });
});
