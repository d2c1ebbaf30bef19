// What programs use of this room. It is a bundle of its own, which they load when types are asked for.
export { liveKeys, liveNameAt, liveText, liveValueBefore } from './live.ts';
export { Language } from './notebook.ts';
export { findProgram } from './server.ts';
export { importOfSnippet, snippetsAt, snippetText } from './snippets.ts';
