// The script of an exported page: sizes the frames of HTML outputs, and stands in for the editor that the renderers
// expect. It is browser code kept as text, so that the bundler does not change it.

/** Stands for `<` before `/`, `!` and `s` in script elements, where `<` could end or hide the element. */
const LESS_THAN = '\u0002';

/** Text as the content of a script element that holds data; the page's script reads it back. */
export function asInertScript(text: string): string {
  if (text.includes(LESS_THAN)) throw new Error('this script holds the character U+0002 and cannot be embedded');
  return text.replace(/<(?=[/!sS])/g, LESS_THAN);
}

export const PAGE_SCRIPT = String.raw`
const textOf = (id) => document.getElementById(id)?.textContent.replaceAll('\u0002', '<');

// HTML and SVG of cells report their height from inside their sandbox
const frames = [...document.querySelectorAll('iframe[data-html]')];
const fill = (frame, html) => (frame.srcdoc = textOf('frame-head') + html);
addEventListener('message', ({ source, data }) => {
  const frame = frames.find((f) => f.contentWindow === source);
  const height = data?.dlnbHeight;
  if (frame && typeof height === 'number') frame.style.height = Math.min(Math.max(height, 0), 20000) + 'px';
});
for (const frame of frames) fill(frame, frame.dataset.html);

// The editor's renderers, loaded from the texts in the page
const urls = new Map();
// Pages of a site share them in files beside the pages (sharedFile)
const sourceOf = (file) => globalThis.dlnbFiles?.[file] ?? textOf('file-' + file);
const urlOf = (file) => {
  if (!urls.has(file)) urls.set(file, URL.createObjectURL(new Blob([sourceOf(file)], { type: 'text/javascript' })));
  return urls.get(file);
};
globalThis.dlnbAssets = {};
for (const { dataset } of document.querySelectorAll('script[data-file]')) {
  Object.defineProperty(globalThis.dlnbAssets, dataset.file, { get: () => urlOf(dataset.file) });
}
const renderers = new Map();
// What the editor's own renderer does for outputs inside an output: HTML and SVG
const markup = {
  renderOutputItem(item, element) {
    let frame = element.querySelector('iframe');
    if (!frame) {
      frame = document.createElement('iframe');
      frame.setAttribute('sandbox', 'allow-scripts');
      frame.title = 'Output of a function';
      frames.push(frame);
      element.replaceChildren(frame);
    }
    fill(frame, item.text());
  },
};
const getRenderer = async (id) => {
  if (id === 'vscode.builtin-renderer') return markup;
  const file = id.replace(/^dlnb-/, '') + '.js';
  return document.getElementById('file-' + file) ? load(file) : undefined;
};
const load = (file) => {
  if (!renderers.has(file)) renderers.set(file, import(urlOf(file)).then((module) => module.activate({ workspace: { isTrusted: false }, getRenderer })));
  return renderers.get(file);
};
const draw = async (figure, index) => {
  const script = figure.querySelector('script');
  const text = script.textContent;
  const data = () =>
    'base64' in script.dataset ? Uint8Array.from(atob(text), (c) => c.charCodeAt(0)) : new TextEncoder().encode(text);
  const { mime } = figure.dataset;
  const item = {
    id: 'output-' + index,
    mime,
    metadata: {},
    text: () => text,
    json: () => JSON.parse(text),
    data,
    blob: () => new Blob([data()], { type: mime }),
  };
  const element = figure.appendChild(document.createElement('div'));
  try {
    const renderer = await load(figure.dataset.renderer);
    await renderer.renderOutputItem(item, element, new AbortController().signal);
  } catch (e) {
    element.textContent = 'This figure cannot be drawn: ' + e.message;
  }
  figure.dataset.drawn = '';
};
// One after another: the page stays alive while many figures are drawn
const figures = [...document.querySelectorAll('.figure[data-renderer]')];
for (const [index, figure] of figures.entries()) await draw(figure, index);
document.documentElement.dataset.drawn = '';
`;

/**
 * The text of a script that several pages load: it holds a module as a text. A page that is opened from the disk may not
 * import modules from files, but run scripts.
 */
export const sharedFile = (file: string, text: string) =>
  `(globalThis.dlnbFiles ??= {})[${JSON.stringify(file)}] = ${JSON.stringify(text)};\n`;

/** The beginning of each frame's document: the style of the page, and a script that reports its height. */
export const frameHead = (style: string) => `<!doctype html><meta charset="utf-8"><style>${style}</style>
<script>
addEventListener('load', () => {
  const tell = () => parent.postMessage({ dlnbHeight: Math.ceil(document.documentElement.getBoundingClientRect().height) }, '*');
  new ResizeObserver(tell).observe(document.documentElement);
  tell();
});
</script>
`;
