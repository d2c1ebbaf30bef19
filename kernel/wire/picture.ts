// Which outputs have a picture: a PNG beside their own representation, for programs that cannot draw that.
import { FILTERS, GRAPH, PLOTLY, SUMMARY, TENSOR, TEXT, TRAINING } from './mime.ts';
import type { MimeBundle, MimeItem } from './protocol.ts';
import { VEGA_TYPES } from './vega.ts';

/** The MIME type of pictures. */
export const PICTURE = 'image/png';

/** The MIME types that kernel/pictures/paint.ts draws. */
export const PICTURED: ReadonlySet<string> = new Set([
  FILTERS,
  GRAPH,
  PLOTLY,
  SUMMARY,
  TEXT,
  TENSOR,
  TRAINING,
  ...VEGA_TYPES,
]);

/** At most this many outputs of one run get a picture, so that a file of hundreds of outputs does not grow by as many. */
export const MAX_PICTURES = 100;

/** The item that a bundle's picture is made from; undefined if it has none, or an image already. */
export const drawnItem = (bundle: MimeBundle): MimeItem | undefined =>
  bundle.some(({ mime }) => mime.startsWith('image/')) ? undefined : bundle.find(({ mime }) => PICTURED.has(mime));

/** An output that waits for its picture: its bundle, and the number of the `picture` event to come. */
export interface AwaitedPicture {
  awaiting?: { picture: number; bundle: MimeBundle } | undefined;
}

/** What an output with this event waits for. */
export const awaited = ({ picture, bundle }: { picture?: number; bundle: MimeBundle }): AwaitedPicture =>
  picture === undefined ? {} : { awaiting: { picture, bundle } };

/** The bundle with the picture behind the item that it shows. */
export function withPicture(bundle: MimeBundle, picture: MimeItem): MimeBundle {
  const at = bundle.findIndex(({ mime }) => PICTURED.has(mime)) + 1;
  return [...bundle.slice(0, at), picture, ...bundle.slice(at)];
}

/** 96 pixels per inch, in pixels per meter: a picture of this density is shown at the size of its pixels. */
export const PER_METER = 96 / 0.0254;

/** Width and height in pixels at which a PNG file is to be shown; undefined if its density is not in it. */
export function pictureSize(png: Uint8Array): { width: number; height: number } | undefined {
  // The head, then a part pHYs: width, height and density stand at fixed places
  if (png.length < 54 || String.fromCharCode(...png.subarray(37, 41)) !== 'pHYs') return undefined;
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const scale = view.getUint32(41) / PER_METER;
  if (!(scale > 0)) return undefined;
  return { width: Math.round(view.getUint32(16) / scale), height: Math.round(view.getUint32(20) / scale) };
}

/** What the thread of pictures is asked to make. */
export interface PictureJob {
  job: number;
  item: MimeItem;
}

/** The PNG file, or why there is none. */
export type PictureAnswer = { job: number } & ({ png: Uint8Array } | { reason: string });
