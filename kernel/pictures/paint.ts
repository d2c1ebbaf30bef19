// From an item of an output to its drawing, by MIME type. A new kind of output that draws is an entry in this table.
import { FILTERS, GRAPH, PLOTLY, SUMMARY, TENSOR, TEXT, TRAINING } from '../wire/mime.ts';
import type { MimeItem } from '../wire/protocol.ts';
import { VEGA_TYPES } from '../wire/vega.ts';
import { filtersPicture } from './painters/filters.ts';
import { graphPicture } from './painters/graph.ts';
import { resetRamps } from './painters/legend.ts';
import { plotlyPicture } from './painters/plotly/index.ts';
import { summaryPicture } from './painters/summary.ts';
import { tensorPicture } from './painters/tensor.ts';
import { textPicture } from './painters/text.ts';
import { trainingPicture } from './painters/training.ts';
import { vegaPicture } from './painters/vega.ts';
import { document, MAX_HEIGHT, type Drawing } from './svg.ts';

/** Draws an item's payload. @throws PayloadError if the payload is not what its MIME type says */
type Painter = (item: MimeItem) => Drawing | Promise<Drawing>;

const ofBytes =
  (paint: (bytes: Uint8Array) => Drawing): Painter =>
  (item) => {
    if (!('bytes' in item)) throw new TypeError(`${item.mime} holds no bytes`);
    return paint(item.bytes);
  };
const ofJson =
  (paint: (json: unknown, mime: string) => Drawing | Promise<Drawing>): Painter =>
  (item) => {
    if (!('json' in item)) throw new TypeError(`${item.mime} holds no JSON`);
    return paint(item.json, item.mime);
  };

const PAINTERS: Record<string, Painter> = {
  [TENSOR]: ofBytes(tensorPicture),
  [FILTERS]: ofBytes(filtersPicture),
  [GRAPH]: ofBytes(graphPicture),
  [SUMMARY]: ofJson(summaryPicture),
  [TEXT]: ofJson(textPicture),
  [TRAINING]: ofJson(trainingPicture),
  [PLOTLY]: ofJson(plotlyPicture),
  ...Object.fromEntries(VEGA_TYPES.map((mime) => [mime, ofJson(vegaPicture)])),
};

/** The MIME types that have a painter. */
export const PAINTED: readonly string[] = Object.keys(PAINTERS);

export interface Painted {
  /** An SVG document. */
  svg: string;
  width: number;
  height: number;
}

/**
 * Draws an item.
 * @throws TypeError if there is no painter for its MIME type; PayloadError if its payload is wrong
 */
export async function paint(item: MimeItem): Promise<Painted> {
  const painter = Object.hasOwn(PAINTERS, item.mime) ? PAINTERS[item.mime] : undefined;
  if (!painter) throw new TypeError(`there is no picture of ${item.mime}`);
  resetRamps();
  const drawing = await painter(item);
  const size = { width: Math.max(1, Math.ceil(drawing.width)), height: Math.max(1, Math.ceil(drawing.height)) };
  return { svg: document({ ...size, body: drawing.body }), ...size };
}

/** Whether a drawing is higher than a page: it is drawn at half the size. */
export const isLarge = ({ width, height }: Painted): boolean => width > 1600 || height > 2 * MAX_HEIGHT;
