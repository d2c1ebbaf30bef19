// Writes a notebook as a Jupyter notebook, nbformat 4.5, for Deno's kernel: the one that runs TypeScript in Jupyter.
import { CELL_ERROR, ERROR, STDERR, STDOUT } from '../../wire/mime.ts';
import { PICTURE, pictureSize } from '../../wire/picture.ts';
import type { Cell, Json, Notebook, Output, OutputItem } from '../../notebook/format/types.ts';

type JsonObject = { [key: string]: Json };

/** What Deno writes into its own notebooks. */
const METADATA = {
  kernelspec: { display_name: 'Deno', language: 'typescript', name: 'deno' },
  language_info: {
    codemirror_mode: 'typescript',
    file_extension: '.ts',
    mimetype: 'text/x.typescript',
    name: 'typescript',
    nbconvert_exporter: 'script',
    pygments_lexer: 'typescript',
  },
};

/**
 * The text of the `.ipynb` file in Jupyter's style: indented by one space, keys in Jupyter's order, a newline at the
 * end.
 */
export function toIpynb(notebook: Notebook): string {
  const file = {
    cells: notebook.cells.map(toCell),
    metadata: METADATA,
    nbformat: 4,
    nbformat_minor: 5,
  };
  return `${JSON.stringify(file, null, 1)}\n`;
}

function toCell(cell: Cell): JsonObject {
  // Ids of both formats are 1 to 64 letters, digits, "-" and "_"
  if (cell.kind === 'markdown') return { cell_type: 'markdown', id: cell.id, metadata: {}, source: lines(cell.source) };
  const metadata: JsonObject = {
    // JupyterLab's own key
    ...(cell.folded === true && { jupyter: { source_hidden: true } }),
    ...(cell.language !== 'typescript' && { vscode: { languageId: cell.language } }),
  };
  return {
    cell_type: 'code',
    execution_count: null,
    id: cell.id,
    metadata,
    outputs: cell.outputs.filter(({ items }) => items.length > 0).map(toOutput),
    source: lines(cell.source),
  };
}

/** Text as Jupyter's list of lines, which keep their newlines. */
const lines = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

function toOutput({ items }: Output): JsonObject {
  const only = items.length === 1 ? items[0]! : undefined;
  if (only && (only.mime === STDOUT || only.mime === STDERR) && 'text' in only) {
    return { output_type: 'stream', name: only.mime === STDOUT ? 'stdout' : 'stderr', text: lines(only.text) };
  }
  const error = items.find(({ mime }) => mime === ERROR) ?? items.find(({ mime }) => mime === CELL_ERROR);
  if (error) return toError(error);
  const shown = forOthers(items);
  const sizes = shown.flatMap((item): [string, Json][] => {
    const size = sizeOf(item);
    return size ? [[item.mime, size]] : [];
  });
  return {
    output_type: 'display_data',
    data: Object.fromEntries(shown.map((item) => [mimeOf(item), toData(item)])),
    metadata: Object.fromEntries(sizes),
  };
}

/** The items without DLNB's own types, which no other program draws: beside them stand a picture and a text. */
function forOthers(items: readonly OutputItem[]): OutputItem[] {
  const others = items.filter(({ mime }) => !/^application\/vnd\.dlnb\./i.test(mime));
  return others.length > 0 ? others : [{ mime: 'text/plain', text: `An output of DLNB: ${items[0]!.mime}` }];
}

/** Width and height at which a picture is to be shown, if its file says how dense its pixels are. */
function sizeOf(item: OutputItem): JsonObject | undefined {
  if (item.mime !== PICTURE || !('base64' in item)) return undefined;
  const size = pictureSize(Buffer.from(item.base64, 'base64'));
  return size && { ...size };
}

function toError(item: OutputItem): JsonObject {
  const { name, message, stack } = payload(item) as { name?: Json; message?: Json; stack?: Json } & Json;
  const text = (value: Json | undefined, fallback: string) => (typeof value === 'string' ? value : fallback);
  const ename = text(name, 'Error');
  const evalue = text(message, '');
  return { output_type: 'error', ename, evalue, traceback: text(stack, `${ename}: ${evalue}`).split('\n') };
}

function payload(item: OutputItem): Json {
  if ('json' in item) return item.json ?? {};
  try {
    return 'text' in item ? ((JSON.parse(item.text) as Json) ?? {}) : {};
  } catch {
    return 'text' in item ? { message: item.text } : {};
  }
}

/** Streams are left out of a bundle: Jupyter does not show them there. */
const mimeOf = ({ mime }: OutputItem) => (mime === STDOUT || mime === STDERR ? 'text/plain' : mime);

/** An item's data: JSON unchanged, text as lines, bytes as base64. */
function toData(item: OutputItem): Json {
  if ('base64' in item) return item.base64;
  if ('text' in item) return isJsonType(item.mime) ? payload(item) : lines(item.text);
  return isJsonType(item.mime) ? item.json : lines(JSON.stringify(item.json));
}

const isJsonType = (mime: string) => mime === 'application/json' || mime.endsWith('+json');
