// Outputs of Jupyter notebooks, nbformat 3 and 4, as outputs of `.dlnb` notebooks. Every representation is kept.
import { isRecord, textOf, type JsonObject } from './values.ts';
import type { Json, Output, OutputItem } from '../format/types.ts';

const STREAM = { stdout: 'application/vnd.code.notebook.stdout', stderr: 'application/vnd.code.notebook.stderr' };
const ERROR = 'application/vnd.code.notebook.error';

/** The short names of nbformat 3. */
const OLD_TYPES: Record<string, string> = {
  text: 'text/plain',
  html: 'text/html',
  latex: 'text/latex',
  svg: 'image/svg+xml',
  png: 'image/png',
  jpeg: 'image/jpeg',
  json: 'application/json',
  javascript: 'application/javascript',
};
const OLD_KEYS = new Set(['output_type', 'metadata', 'prompt_number', 'stream']);

/** Converts one output. An output of a kind that Jupyter does not have is kept as JSON. */
export function importOutput(value: Json): Output {
  if (!isRecord(value)) return { items: [{ mime: 'application/json', json: value }] };
  const kind = value['output_type'];
  if (kind === 'stream') return importStream(value);
  if (kind === 'error' || kind === 'pyerr') return { items: [errorItem(value)] };
  if (kind === 'display_data' || kind === 'execute_result' || kind === 'pyout') return importBundle(value);
  return { items: [{ mime: 'application/json', json: value }] };
}

function importStream(output: JsonObject): Output {
  const name = output['name'] ?? output['stream'];
  const mime = name === 'stderr' || name === 'pyerr' ? STREAM.stderr : STREAM.stdout;
  return { items: [{ mime, text: textOf(output['text']) }] };
}

function errorItem(output: JsonObject): OutputItem {
  const { traceback } = output;
  const stack = Array.isArray(traceback) ? traceback.map(textOf).join('\n') : textOf(traceback);
  return {
    mime: ERROR,
    json: { name: textOf(output['ename']) || 'Error', message: textOf(output['evalue']), stack },
  };
}

function importBundle(output: JsonObject): Output {
  const { data, metadata } = output;
  const entries = isRecord(data)
    ? Object.entries(data)
    : // nbformat 3 has the representations in the output itself
      Object.entries(output)
        .filter(([key]) => !OLD_KEYS.has(key))
        .map(([key, content]): [string, Json] => [OLD_TYPES[key] ?? key, content]);
  const known = entries.filter(([mime]) => /^[^/\s]+\/\S+$/.test(mime));
  // Text stands in for the others, so it is last
  const sorted = [
    ...known.filter(([mime]) => mime !== 'text/plain'),
    ...known.filter(([mime]) => mime === 'text/plain'),
  ];
  const items = sorted.map(([mime, content]) => importItem(mime, content, isRecord(data)));
  const kept = isRecord(metadata) && Object.keys(metadata).length > 0 ? { extra: { jupyter: { metadata } } } : {};
  return { items, ...kept };
}

/** @param isJson whether JSON is JSON; in nbformat 3 it is the text of JSON */
function importItem(mime: string, content: Json, isJson: boolean): OutputItem {
  const type = mime.toLowerCase().split(';', 1)[0]!;
  if (type.startsWith('text/') || type === 'image/svg+xml') return { mime, text: textOf(content) };
  if (type === 'application/json' || type.endsWith('+json')) return { mime, json: isJson ? content : parsed(content) };
  const text = textOf(content);
  const packed = text.replace(/\s+/g, '');
  const isScript = /javascript|xml|latex|yaml/.test(type);
  if (!isScript && isBase64(packed)) return { mime, base64: packed };
  return { mime, base64: Buffer.from(text, 'utf8').toString('base64') };
}

function parsed(content: Json): Json {
  try {
    return JSON.parse(textOf(content)) as Json;
  } catch {
    return content;
  }
}

/** Whether a text is base64 as {@link OutputItem} has it. */
export const isBase64 = (text: string): boolean => Buffer.from(text, 'base64').toString('base64') === text;
