// Syntax highlighting, and the escaping of all text in a page.
import hljs from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import css from 'highlight.js/lib/languages/css';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import python from 'highlight.js/lib/languages/python';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';

for (const [name, language] of Object.entries({ bash, css, javascript, json, python, typescript, xml }))
  hljs.registerLanguage(name, language);

/** HTML of the code; without colors for an unknown language. */
export function highlight(code: string, id: string): string {
  // The grammars of TypeScript and JavaScript know JSX
  const language = id.replace(/react$/, '');
  return hljs.getLanguage(language) ? hljs.highlight(code, { language, ignoreIllegals: true }).value : escapeHtml(code);
}

/** Text as HTML, also for attributes in quotes. @param entities true: `&` is text; false: it may begin an entity */
export function escapeHtml(text: string, entities = true): string {
  return (entities ? text.replaceAll('&', '&amp;') : text)
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
