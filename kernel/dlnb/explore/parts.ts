// From what a function returns to the outputs in a panel.
import { MAX_SHOWN, type Part, type PartItem } from '../../wire/controls.ts';
import type { MimeBundle } from '../../wire/protocol.ts';

/** Longest text beside a drawing, in characters; it names the drawing for screen readers. */
const MAX_BESIDE = 400;

/** A bundle as an output in a panel: its best representation, and a short text beside it. */
export function partOf(bundle: MimeBundle): Part {
  const [best, ...others] = bundle.map(itemOf);
  if (!best) return { items: [{ mime: 'text/plain', text: '' }] };
  const plain = others.find(({ mime }) => mime === 'text/plain');
  if (!plain || !('text' in plain)) return { items: [best] };
  const text = plain.text.length > MAX_BESIDE ? `${plain.text.slice(0, MAX_BESIDE)}…` : plain.text;
  return { items: [best, { mime: 'text/plain', text }] };
}

function itemOf(item: MimeBundle[number]): PartItem {
  const { mime } = item;
  if ('bytes' in item) return { mime, base64: Buffer.from(item.bytes).toString('base64') };
  return 'text' in item ? { mime, text: item.text } : { mime, json: item.json };
}

/** What a function returned as the values to show: several of a list of displayable values, else the one. */
export function valuesOf(returned: unknown): unknown[] {
  if (returned === undefined || returned === null) return [];
  // A list of numbers, texts or records is one value; with a figure, a tensor or markup in it, it is several
  const isSeveral =
    Array.isArray(returned) && returned.some((v) => typeof v === 'object' && v !== null && !isRecord(v));
  return isSeveral ? (returned as unknown[]).slice(0, MAX_SHOWN) : [returned];
}

/** Whether it is a list or a plain object: a list of records is a table. */
function isRecord(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  return !(Symbol.for('Jupyter.display') in value);
}
