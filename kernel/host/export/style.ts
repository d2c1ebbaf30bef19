// The style sheet of exported pages: light and dark by the reader's system, for paper, narrow and wide screens.

const COLORS = {
  light: `
    color-scheme: light;
    --page: #ffffff; --text: #1f2328; --muted: #636c76; --rule: #e4e7eb; --card: #f6f8fa; --accent: #1668b8;
    --keyword: #8250df; --string: #0f5f9e; --number: #0a6b4f; --comment: #6a737d; --title: #953800; --type: #0b6e75;
    --error: #b3261e; --error-card: #fdf3f2; --stderr: #8a5300; --mark: #fff3bf;
    --black: #24292f; --red: #b3261e; --green: #1a7f37; --yellow: #8a5300; --blue: #0f5f9e; --magenta: #8250df; --cyan: #0b6e75; --white: #6e7781;
    --vscode-editor-background: #ffffff; --vscode-foreground: #1f2328; --vscode-descriptionForeground: #636c76;
    --vscode-editorHoverWidget-background: #f6f8fa;
    --vscode-debugTokenExpression-name: var(--keyword); --vscode-debugTokenExpression-string: var(--string);
    --vscode-debugTokenExpression-number: var(--number); --vscode-debugTokenExpression-boolean: var(--type);
    --vscode-textLink-foreground: var(--accent);`,
  dark: `
    color-scheme: dark;
    --page: #16181d; --text: #e3e6ea; --muted: #98a1ac; --rule: #2c3038; --card: #1e2127; --accent: #5aa9f2;
    --keyword: #c8a6ff; --string: #93c9f8; --number: #79d3ae; --comment: #8b949e; --title: #f5b07a; --type: #6cced6;
    --error: #ff8a80; --error-card: #2a1c1d; --stderr: #e3b263; --mark: #4d4215;
    --black: #8b949e; --red: #ff8a80; --green: #7bd88f; --yellow: #e3b263; --blue: #79b8ff; --magenta: #c8a6ff; --cyan: #6cced6; --white: #e3e6ea;
    --vscode-editor-background: #16181d; --vscode-foreground: #e3e6ea; --vscode-descriptionForeground: #98a1ac;
    --vscode-editorHoverWidget-background: #1e2127;
    --vscode-debugTokenExpression-name: var(--keyword); --vscode-debugTokenExpression-string: var(--string);
    --vscode-debugTokenExpression-number: var(--number); --vscode-debugTokenExpression-boolean: var(--type);
    --vscode-textLink-foreground: var(--accent);`,
};

const THEME = `
:root {${COLORS.light}
  --sans: system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif;
  --mono: ui-monospace, 'SF Mono', 'Cascadia Code', Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace;
  --vscode-font-family: var(--sans); --vscode-font-size: 13px;
}
@media (prefers-color-scheme: dark) { @media screen { :root {${COLORS.dark} } } }
`;

/** The style of prose, tables and formulas, in the page and in the frames of HTML outputs. */
const PROSE = `
* { box-sizing: border-box; }
a { color: var(--accent); text-underline-offset: 0.15em; text-decoration-thickness: 0.06em; }
img, svg { max-width: 100%; }
img { height: auto; }
pre, code, kbd, samp { font-family: var(--mono); font-variant-ligatures: none; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 0.94em; }
th, td { padding: 0.35em 0.9em; border-bottom: 1px solid var(--rule); text-align: left; vertical-align: baseline; }
th { font-weight: 600; }
thead th { border-bottom: 1px solid var(--muted); }
`;

const FRAME = `
html { background: transparent; }
body { margin: 0; color: var(--text); font: 15px/1.55 var(--sans); overflow-x: auto; }
body > svg { display: block; }
`;

const PAGE = `
html { background: var(--page); -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
body { margin: 0; color: var(--text); font: 16px/1.65 var(--sans); }
main, .contents { max-width: 60rem; margin: 0 auto; padding: 0 1.25rem; }
main { padding-top: 2.5rem; padding-bottom: 5rem; }
article + article { margin-top: 4rem; padding-top: 3rem; border-top: 1px solid var(--rule); }
.contents { padding-top: 2.5rem; }
.contents h1 { margin: 0 0 0.75rem; font-size: 1.75rem; letter-spacing: -0.015em; }
.contents ol { margin: 0; padding: 0; list-style: none; display: flex; flex-wrap: wrap; gap: 0.4rem 1.5rem; }

.cell { position: relative; margin: 1.25rem 0; }
.number { position: absolute; right: calc(100% + 1rem); top: 0.85rem; color: var(--muted); font: 0.75rem/1.6 var(--mono); text-decoration: none; opacity: 0.75; }
.number:hover { opacity: 1; text-decoration: underline; }
@media (max-width: 68rem) { .number { display: none; } }
.prose { max-width: 44rem; }
.prose > :first-child { margin-top: 0; }
.prose > :last-child { margin-bottom: 0; }
.prose h1, .prose h2, .prose h3, .prose h4 { line-height: 1.25; font-weight: 650; letter-spacing: -0.012em; text-wrap: balance; }
.prose h1 { font-size: 2.1rem; margin: 0 0 1rem; letter-spacing: -0.02em; }
.prose h2 { font-size: 1.45rem; margin: 2.25rem 0 0.6rem; }
.prose h3 { font-size: 1.15rem; margin: 1.75rem 0 0.4rem; }
.prose h4 { font-size: 1rem; margin: 1.5rem 0 0.3rem; }
.prose p, .prose ul, .prose ol { margin: 0.85rem 0; }
.prose li + li { margin-top: 0.25rem; }
.prose ul, .prose ol { padding-left: 1.4rem; }
.prose blockquote { margin: 1rem 0; padding: 0.1rem 0 0.1rem 1rem; border-left: 3px solid var(--rule); color: var(--muted); }
.prose hr { border: 0; border-top: 1px solid var(--rule); margin: 2rem 0; }
.prose :not(pre) > code, kbd { padding: 0.12em 0.35em; border-radius: 4px; background: var(--card); font-size: 0.88em; overflow-wrap: anywhere; }
.prose mark { background: var(--mark); color: inherit; }
.table { overflow-x: auto; margin: 1rem 0; }
.katex { font-size: 1.12em; }
.katex-block { margin: 1.1rem 0; overflow-x: auto; overflow-y: hidden; padding: 0.15rem 0; }
.katex-block > .katex-display { margin: 0; }
.katex-error { color: var(--error); }

pre { margin: 0; font-size: 0.8125rem; line-height: 1.55; overflow-x: auto; tab-size: 2; }
.code, .prose pre { padding: 0.85rem 1.1rem; border-radius: 8px; background: var(--card); }
.prose pre { margin: 1rem 0; }
.folded > summary { width: fit-content; max-width: 100%; padding: 0.2rem 0; color: var(--muted); font-size: 0.875rem; cursor: pointer; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.folded > summary:hover, .folded[open] > summary { color: var(--text); }
.number:has(+ .folded) { top: 0.3rem; }
.folded > .code { margin-top: 0.35rem; }
.outputs { margin: 0.6rem 0 0; padding: 0.15rem 0 0.15rem 1.1rem; display: grid; gap: 0.7rem; }
.outputs > * { min-width: 0; }
.outputs pre { white-space: pre-wrap; overflow-wrap: anywhere; }
.outputs pre.stream, .outputs pre.json { max-height: 32rem; overflow-y: auto; }
.outputs img { display: block; border-radius: 4px; }
iframe { display: block; width: 100%; height: 3rem; border: 0; background: transparent; }
.stderr { color: var(--stderr); }
.note { margin: 0; color: var(--muted); font-size: 0.875rem; }
.figure { min-height: 3rem; }
.error { padding: 0.75rem 1rem; border-left: 3px solid var(--error); border-radius: 0 8px 8px 0; background: var(--error-card); font-size: 0.875rem; }
.error p { margin: 0.35rem 0; }
.error .head { margin: 0; color: var(--error); font: 600 0.8125rem/1.55 var(--mono); white-space: pre-wrap; overflow-wrap: anywhere; }
.error .place, .frames { color: var(--muted); font-size: 0.8125rem; }
.error .code-frame { white-space: pre; overflow-x: auto; color: var(--muted); }
.error .code-frame b { color: var(--text); font-weight: 600; }
.frames { margin: 0.5rem 0 0; padding-left: 1.3rem; }
.frames b { font: 500 0.78rem var(--mono); color: var(--text); }

.hljs-keyword, .hljs-built_in.hljs-keyword, .hljs-literal, .hljs-meta .hljs-keyword { color: var(--keyword); }
.hljs-string, .hljs-regexp, .hljs-template-tag { color: var(--string); }
.hljs-number, .hljs-symbol { color: var(--number); }
.hljs-comment, .hljs-quote { color: var(--comment); font-style: italic; }
.hljs-title, .hljs-title.function_, .hljs-section, .hljs-name { color: var(--title); }
.hljs-title.class_, .hljs-type, .hljs-built_in, .hljs-attr, .hljs-attribute, .hljs-variable.language_ { color: var(--type); }
.hljs-subst { color: inherit; }

.ansi-bold { font-weight: 700; } .ansi-dim { opacity: 0.7; } .ansi-italic { font-style: italic; }
.ansi-underline { text-decoration: underline; } .ansi-strikethrough { text-decoration: line-through; } .ansi-hidden { visibility: hidden; }
.ansi-inverse { background: currentColor; } .ansi-inverse > span:not([class], [style]) { color: var(--page); }
${['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white']
  .map(
    (c) =>
      `.ansi-${c}-fg, .ansi-bright-${c}-fg { color: var(--${c}); } .ansi-${c}-bg, .ansi-bright-${c}-bg { background: color-mix(in srgb, var(--${c}) 28%, transparent); }`,
  )
  .join('\n')}

@media (max-width: 40rem) {
  body { font-size: 15.5px; }
  main { padding-top: 1.5rem; }
  .prose h1 { font-size: 1.7rem; }
  .prose h2 { font-size: 1.3rem; }
  .outputs { padding-left: 0; }
  .code, .prose pre { margin-inline: -0.5rem; padding: 0.7rem 0.8rem; }
}
@media print {
  @page { margin: 18mm 16mm; }
  html { background: none; }
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  .contents, .number { display: none; }
  article + article { break-before: page; border: 0; margin: 0; padding: 0; }
  .code, .prose pre { border: 1px solid var(--rule); background: none; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  .outputs pre.stream, .outputs pre.json { max-height: none; }
  .figure, .outputs img, iframe, .error, tr { break-inside: avoid; }
  h1, h2, h3, h4 { break-after: avoid; }
}
`;

const SITE = `
header.site, footer.site { width: min(57.5rem, 100% - 2.5rem); margin: 0 auto; font-size: 0.875rem; }
header.site { display: flex; align-items: baseline; justify-content: space-between; gap: 1rem; padding-top: 1rem; padding-bottom: 0.75rem; }
header.site a { color: var(--muted); text-decoration: none; }
header.site a:hover { color: var(--text); text-decoration: underline; }
header.site > a { min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
header.site nav { display: flex; align-items: baseline; gap: 0.25rem; flex: none; color: var(--muted); font-variant-numeric: tabular-nums; }
header.site nav > :not(.place) { padding: 0.2rem 0.5rem; }
header.site nav > span[aria-hidden] { opacity: 0.3; }
footer.site { display: flex; justify-content: space-between; gap: 2rem; padding-top: 1.25rem; padding-bottom: 3rem; }
footer.site a { text-decoration: none; font-size: 1rem; }
footer.site a:hover { text-decoration: underline; }
footer.site a + a, footer.site span + a { text-align: right; }
footer.site small { display: block; color: var(--muted); font-size: 0.8125rem; }
header.site + main { padding-top: 0.75rem; padding-bottom: 2rem; }
main + footer.site { border-top: 1px solid var(--rule); }

.course { max-width: 48rem; }
.course h1 { margin: 0; font-size: 2.1rem; line-height: 1.25; letter-spacing: -0.02em; text-wrap: balance; }
.course h2 { margin: 2.75rem 0 0.5rem; font-size: 1.3rem; letter-spacing: -0.012em; }
.course .facts { color: var(--muted); font-size: 0.875rem; font-variant-numeric: tabular-nums; }
.course > .facts { margin: 0.35rem 0 0; }
.course ol { margin: 0; padding: 0; list-style: none; }
.course li { padding: 0.9rem 0; border-top: 1px solid var(--rule); }
.course .line { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 0 1.5rem; }
.course .line > a { font-size: 1.05rem; font-weight: 600; text-decoration: none; }
.course .line > a:hover { text-decoration: underline; }
.course li p { margin: 0.2rem 0 0; }
.course .needs { display: flex; gap: 0.4em; color: var(--muted); font-size: 0.875rem; }
.course .needs > p:first-child { flex: none; }
.course .needs a { color: inherit; }
.course .amount { text-align: right; white-space: nowrap; }
.course td small { display: block; color: var(--muted); font-size: 0.8125rem; }
.course td > a { text-decoration: none; }
.course td > a:hover { text-decoration: underline; }
.course td:first-child, .course th:first-child { padding-left: 0; }
@media (max-width: 40rem) {
  .course h1 { font-size: 1.7rem; }
  .course .table { font-size: 0.9rem; }
  .course .wide { display: none; }
  .course th, .course td { padding-right: 0.5em; padding-left: 0.5em; }
}
@media print { header.site, footer.site { display: none; } }
`;

const squeeze = (css: string) => css.trim().replace(/\n\s*/g, '\n');

export const pageStyle = squeeze(THEME + PROSE + PAGE);
/** For the pages of a site, besides {@link pageStyle}. */
export const siteStyle = squeeze(SITE);
export const frameStyle = squeeze(THEME + PROSE + FRAME);
