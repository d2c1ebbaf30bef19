// The page of "DLNB: Course Progress", as HTML in the colors of the editor's theme. Without 'vscode'.
import { randomBytes } from 'node:crypto';
import {
  claimsText,
  exercisesText,
  totalText,
  type CourseResult,
  type NotebookProgress,
} from '../../kernel/host/client/course.ts';

const escape = (text: string) =>
  text.replace(/[&<>"']/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[c]!);

const STYLE = `
body { padding: 1.5rem 2rem 3rem; max-width: 60rem; font: var(--vscode-font-size)/1.5 var(--vscode-font-family); }
h1 { font-size: 1.6em; font-weight: 600; margin: 0 0 0.25rem; }
h2 { font-size: 1.15em; font-weight: 600; margin: 2rem 0 0.25rem; }
.quiet { color: var(--vscode-descriptionForeground); }
p { margin: 0.25rem 0 1rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: 0.3rem 1.5rem 0.3rem 0; border-bottom: 1px solid var(--vscode-widget-border, rgba(128, 128, 128, 0.25)); }
th { font-weight: normal; color: var(--vscode-descriptionForeground); white-space: nowrap; }
.number { text-align: right; white-space: nowrap; }
.state { white-space: nowrap; }
.good::before { content: '✓ '; color: var(--vscode-testing-iconPassed); }
.bad::before { content: '✗ '; color: var(--vscode-testing-iconFailed); }
a { color: var(--vscode-textLink-foreground); text-decoration: none; }
a:hover { text-decoration: underline; }
ul { margin: 0.2rem 0 0; padding-left: 1.1rem; color: var(--vscode-descriptionForeground); white-space: normal; }
`;

export function coursePage(
  title: string,
  notebooks: readonly NotebookProgress[],
  results: ReadonlyMap<string, readonly CourseResult[]>,
): string {
  const nonce = randomBytes(16).toString('base64');
  const rows = notebooks.map((n) => `<tr><td>${link(n)}</td>${claimsCell(n)}${exercisesCell(n)}</tr>`).join('');
  const tables = [...results].map(([dataset, list]) => resultsTable(dataset, list)).join('');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'">
<title>Course Progress</title>
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
<h1>${escape(title)}</h1>
<p class="quiet">${escape(totalText(notebooks))}. From the outputs that are saved in the notebooks.</p>
<div class="scroll"><table><thead><tr><th>Notebook</th><th>Claims</th><th>Exercises solved</th></tr></thead><tbody>${rows}</tbody></table></div>
${tables}
<script nonce="${nonce}">
const editor = acquireVsCodeApi();
document.addEventListener('click', (event) => {
  const file = event.target.closest?.('a[data-file]')?.dataset.file;
  if (file === undefined) return;
  event.preventDefault();
  editor.postMessage(file);
});
</script>
</body>
</html>`;
}

const link = ({ file, title }: { file: string; title: string }) =>
  `<a href="#" data-file="${escape(file)}" title="${escape(file)}">${escape(title)}</a>`;

function claimsCell(notebook: NotebookProgress): string {
  const { problem, ran, claims } = notebook;
  if (problem !== undefined) return `<td class="state bad">cannot be read${list([problem])}</td>`;
  if (!ran) return '<td class="state quiet">not run yet</td>';
  const wrong = claims.filter(({ holds }) => !holds).map(({ claim }) => claim);
  const mark = claims.length === 0 ? 'quiet' : wrong.length > 0 ? 'bad' : 'good';
  return `<td class="state ${mark}">${claimsText(notebook)}${list(wrong)}</td>`;
}

function exercisesCell(notebook: NotebookProgress): string {
  const open = notebook.exercises.filter(({ solved }) => !solved).map(({ name }) => name);
  const mark = notebook.exercises.length === 0 ? 'quiet' : open.length === 0 ? 'good' : '';
  return `<td class="state ${mark}">${exercisesText(notebook)}${list(open)}</td>`;
}

const list = (texts: readonly string[]) =>
  texts.length === 0 ? '' : `<ul>${texts.map((text) => `<li>${escape(text)}</li>`).join('')}</ul>`;

function resultsTable(dataset: string, results: readonly CourseResult[]): string {
  const rows = results.map((r) => {
    const numbers = [r.parameters.toLocaleString('en-US'), r.epochs ?? '', `${r.error.toFixed(1)} %`];
    return `<tr><td>${escape(r.model)}</td>${numbers.map((n) => `<td class="number">${n}</td>`).join('')}<td>${escape(r.note ?? '')}</td><td>${link(r)}</td></tr>`;
  });
  return `<h2>Results on ${escape(dataset)}</h2>
<div class="scroll"><table><thead><tr><th>Model</th><th class="number">Parameters</th><th class="number">Epochs</th><th class="number">Test error</th><th>Note</th><th>Notebook</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}
