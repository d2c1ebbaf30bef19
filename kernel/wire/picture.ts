// Which outputs have a picture: a PNG beside their own representation, for programs that cannot draw that.
import { FILTERS, GRAPH, PLOTLY, SUMMARY, TENSOR, TRAINING } from './mime.ts';
import type { MimeBundle, MimeItem } from './protocol.ts';

/** The MIME type of pictures. */
export const PICTURE = 'image/png';

/** The MIME types that kernel/pictures/paint.ts draws. */
export const PICTURED: ReadonlySet<string> = new Set([FILTERS, GRAPH, PLOTLY, SUMMARY, TENSOR, TRAINING]);

/** At most this many outputs of one run get a picture, so that a file of hundreds of outputs does not grow by as many. */
export const MAX_PICTURES = 100;

/** The item that a bundle's picture is made from; undefined if it has none, or an image already. */
export const drawnItem = (bundle: MimeBundle): MimeItem | undefined =>
  bundle.some(({ mime }) => mime.startsWith('image/')) ? undefined : bundle.find(({ mime }) => PICTURED.has(mime));

/** The bundle with the picture behind the item that it shows. */
export function withPicture(bundle: MimeBundle, picture: MimeItem): MimeBundle {
  const at = bundle.findIndex(({ mime }) => PICTURED.has(mime)) + 1;
  return [...bundle.slice(0, at), picture, ...bundle.slice(at)];
}

/** What the thread of pictures is asked to make. */
export interface PictureJob {
  job: number;
  item: MimeItem;
}

/** The PNG file, or why there is none. */
export type PictureAnswer = { job: number } & ({ png: Uint8Array } | { reason: string });
