// The page of a course: what it says of each notebook, and that nothing of a file becomes markup.
import { expect, test } from 'vitest';
import { coursePage } from '../../../../extension/notebook/course-page.ts';
import { resultsByDataset, type NotebookProgress } from '../../../../kernel/host/client/course.ts';

const bad = '<img src=x onerror=alert(1)>"\'';
const base: NotebookProgress = { file: 'a.dlnb', title: 'A', ran: true, claims: [], exercises: [], results: [] };

test('it lists wrong claims, open exercises and results', () => {
  const notebooks = [
    {
      ...base,
      claims: [
        { claim: 'holds', holds: true },
        { claim: 'fails', holds: false },
      ],
      exercises: [
        { name: 'done', solved: true },
        { name: 'open', solved: false },
      ],
      results: [{ dataset: 'D', model: 'net', parameters: 12345, error: 3.14, epochs: 5 }],
    },
    { ...base, ran: false },
    { ...base, problem: 'line 3' },
  ];
  const html = coursePage('course', notebooks, resultsByDataset(notebooks));
  expect(html).toContain('1 of 2 wrong<ul><li>fails</li></ul>');
  expect(html).toContain('1 of 2<ul><li>open</li></ul>');
  expect(html).toContain('not run yet');
  expect(html).toContain('cannot be read<ul><li>line 3</li></ul>');
  for (const text of ['Results on D', '12,345', '3.1 %']) expect(html).toContain(text);
});

test('texts of files are texts', () => {
  const notebooks = [
    {
      ...base,
      file: `${bad}.dlnb`,
      title: bad,
      claims: [{ claim: bad, holds: false }],
      exercises: [{ name: bad, solved: false }],
      results: [{ dataset: bad, model: bad, parameters: 1, error: 1, note: bad }],
    },
  ];
  const html = coursePage(bad, notebooks, resultsByDataset(notebooks));
  expect(html).not.toContain('<img');
  expect(html.match(/<script/g)).toHaveLength(1);
});
