// The declarations of TensorFlow.js: those of its packages, as far as its own entries reach them, with our edits
// (edits.mjs) and our own files (tensors/).
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { edits, everywhere } from './edits.mjs';
import { withImports } from './library.mjs';

const NOTICE = '// From TensorFlow.js 4.22, with changes by DLNB.\n';
/** Files that no entry of the packages reaches. */
const MORE = ['@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops'];
/** Classes of web pages: unless they are declared, no value is of them. */
const OF_PAGES = [
  ...['HTMLCanvasElement', 'HTMLImageElement', 'HTMLVideoElement', 'ImageData', 'ImageBitmap'],
  ...['HTMLSourceElement', 'WebGLTexture', 'GPUBuffer', 'IDBFactory'],
];
/** Other names that TensorFlow.js does not declare. */
const OTHERS = {
  Long: '{ toString(): string }',
  RequestInfo: 'string | Request',
  WebGLContextAttributes: 'object',
  MediaTrackConstraints: 'object',
};
const own = fileURLToPath(new URL('./tensors', import.meta.url));

/**
 * @param modules the folder node_modules
 * @param packages names of the packages
 * @returns the files by their paths: `tfjs-core/dist/…`
 */
export function declareTensors(modules, packages) {
  const files = new Map();
  const waiting = [...packages.map((name) => `${name}/dist/index`), ...MORE];
  const seen = new Set(waiting);
  while (waiting.length > 0) {
    const name = waiting.pop();
    const path = [`${name}.d.ts`, `${name}/index.d.ts`].find((file) => existsSync(join(modules, file)));
    if (!path) throw new Error(`The declarations of TensorFlow.js import ${name}, which is not there.`);
    const text = readFileSync(join(modules, path), 'utf8');
    files.set(path.slice('@tensorflow/'.length), plain(text));
    for (const [, to] of text.matchAll(
      /(?:from|import|import\()\s*['"](\.[^'"]+|@tensorflow\/[^'"]+\/dist\/[^'"]+)['"]/g,
    )) {
      const next = to.startsWith('.') ? posix.join(posix.dirname(path), to) : to;
      if (!seen.has(next)) waiting.push(next);
      seen.add(next);
    }
  }
  for (const [file, ...changes] of edits) {
    let text = files.get(file);
    if (text === undefined) throw new Error(`${file} is to be edited and is not there.`);
    for (const [from, to] of changes) {
      const count =
        from instanceof RegExp
          ? from.global
            ? text.match(from)?.length
            : from.test(text)
          : text.split(from).length - 1 === 1;
      if (from !== undefined && !count)
        throw new Error(`${file} is not as expected: ${String(from)} is not there, or not once.`);
      text =
        from === undefined ? text + to : from instanceof RegExp ? text.replace(from, to) : text.replace(from, () => to);
    }
    files.set(file, text);
  }
  for (const [file, text] of files)
    files.set(
      file,
      everywhere.reduce((changed, [from, to]) => changed.replaceAll(from, to), text),
    );
  for (const entry of readdirSync(own, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name);
      files.set(relative(own, path).split(sep).join('/'), readFileSync(path, 'utf8'));
    }
  return files;
}

/**
 * A file without what is there for TensorFlow.js's own tools: names of AMD modules, tags of its documentation, and the
 * detour by which ops are declared, which hides their doc comments from completion.
 */
function plain(text) {
  let out = text
    .replace(/^\/\/\/ <.*\n/gm, '')
    .replace(/^[ \t]*\/\*\* @doc\w* .*\*\/\n/gm, '')
    .replace(/^[ \t]*\*[ \t]*@doc\w* \{[^}]*\}\n/gm, '')
    .replace(/(\n[ \t]*\*)+(?=\n[ \t]*\*\/)/g, '')
    .replace(/^\/\/# sourceMappingURL.*\n?/gm, '');
  for (const [line, name, hidden] of out.matchAll(/^export declare const (\w+): typeof (\w+_);\n/gm))
    out = out
      .replace(line, '')
      .replace(new RegExp(`^(export )?declare function ${hidden}\\b`, 'gm'), `export declare function ${name}`);
  const ofPages = OF_PAGES.filter((name) =>
    new RegExp(`[^\\w'"*]${name}\\b(?! [a-z])`).test(out.replace(/^ *\/?\*.*$/gm, '')),
  );
  const aliases = ofPages.map(
    (name) => `type ${name} = typeof globalThis extends { ${name}: { prototype: infer T } } ? T : never;\n`,
  );
  for (const [name, type] of Object.entries(OTHERS))
    if (new RegExp(`[ :]${name}\\b`).test(out)) aliases.push(`type ${name} = ${type};\n`);
  return NOTICE + withImports(out) + aliases.join('');
}
