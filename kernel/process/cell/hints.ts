// Words for errors: what to do about the common ones, and sentences of libraries in the notebook's own form.
import { isBuiltin } from 'node:module';

/** What to do about an error; undefined if there is nothing to say. */
export function hintFor(name: string, message: string): string | undefined {
  if (name === 'RangeError' && message.startsWith('Maximum call stack')) return 'A function calls itself endlessly.';
  const unknown = name === 'ReferenceError' && /^(\S+) is not defined$/.exec(message)?.[1];
  return unknown ? hintForName(unknown) : undefined;
}

const LIBRARY = new Set([
  'check',
  'data',
  'html',
  'image',
  'losses',
  'md',
  'metrics',
  'nn',
  'optim',
  'plot',
  'progress',
  'signal',
  'svg',
  'train',
  'viz',
]);
const PAGE = new Set(['window', 'document', 'alert', 'confirm', 'localStorage', 'sessionStorage', 'location']);
const COMMONJS = new Set(['module', 'exports']);

/** What to do about a name that is not defined. */
function hintForName(name: string): string {
  if (name === 'tf') return "Import it: import * as tf from '@tensorflow/tfjs'; or run the cell that declares it.";
  if (LIBRARY.has(name)) return `Import it: import { ${name} } from 'dlnb'; or run the cell that declares it.`;
  if (COMMONJS.has(name)) return 'A cell has no exports: later cells see all names that it declares.';
  if (PAGE.has(name))
    return "Cells run in Node, which has no page. Show HTML with html`…` of 'dlnb', as the last value or by display.";
  if (name === 'Deno' || name === 'Bun') return `Cells run in Node, not in ${name}. Node's own modules: 'node:fs', ….`;
  if (isBuiltin(name)) return `Import it: import * as ${name} from 'node:${name}'; or run the cell that declares it.`;
  return 'If another cell declares it, run that cell first.';
}

const SHAPE = /\[((?:\d+|null)(?:,(?:\d+|null))+)\]|(?<![\w.,[])((?:\d+|null)(?:,(?:\d+|null))+)(?![\w,\]]|\.\d)/g;
const SINGLE = /\b(shapes?:?) (\d+)(?= (?:and|vs\.?|must|with)\b|[.,;]|$)/gi;

/**
 * A sentence of TensorFlow.js as the notebook says it: `Error in matMul: …` begins with the op, and shapes are lists in
 * brackets, `[2, 3]`.
 */
export function tidyTensorMessage(message: string): string {
  return message
    .replace(/^Error in (\w+): /, '$1: ')
    .replace(SHAPE, (_, inner?: string, bare?: string) => `[${(inner ?? bare)!.split(',').join(', ')}]`)
    .replace(SINGLE, '$1 [$2]')
    .replace(/(\bshapes? \[[^\]]*\] (?:and|vs\.?) )(\d+)(?=\s|[.,;]|$)/gi, '$1[$2]');
}
