// Pictures beside a notebook, for its exported page. A page is given to others: only what is a picture and lies in the
// notebook's folder goes into it, whatever links say.
import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import path from 'node:path';

/** The largest picture that is put into a page. */
export const MAX_IMAGE_BYTES = 20e6;

interface ImageKind {
  type: string;
  /** Whether the file begins as one of this kind. */
  begins(bytes: Buffer): boolean;
}
const at =
  (offset: number, ...texts: string[]) =>
  (bytes: Buffer) =>
    texts.some((text) => bytes.subarray(offset, offset + text.length).equals(Buffer.from(text, 'latin1')));
const jpeg: ImageKind = { type: 'image/jpeg', begins: at(0, '\xff\xd8\xff') };
const kinds: Record<string, ImageKind> = {
  '.png': { type: 'image/png', begins: at(0, '\x89PNG\r\n\x1a\n') },
  '.jpg': jpeg,
  '.jpeg': jpeg,
  '.gif': { type: 'image/gif', begins: at(0, 'GIF87a', 'GIF89a') },
  '.webp': { type: 'image/webp', begins: (bytes) => at(0, 'RIFF')(bytes) && at(8, 'WEBP')(bytes) },
  '.avif': { type: 'image/avif', begins: at(4, 'ftyp') },
  '.svg': {
    type: 'image/svg+xml',
    begins: (bytes) => /^\ufeff?\s*<(\?xml|!--|!DOCTYPE svg|svg)/i.test(bytes.toString()),
  },
};

/**
 * A picture as a data URL.
 * @param folder the notebook's
 * @param name a path relative to it
 * @returns undefined if it is missing, no picture, too large, or outside of the folder behind its links
 */
export function imageOf(folder: string, name: string): string | undefined {
  const kind = kinds[path.extname(name).toLowerCase()];
  if (!kind) return undefined;
  let fd;
  try {
    const real = realpathSync(path.resolve(folder, name));
    const inside = path.relative(realpathSync(folder), real);
    if (inside.startsWith('..') || path.isAbsolute(inside)) return undefined;
    // A pipe without a writer would be waited for
    fd = openSync(real, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0));
    const stat = fstatSync(fd);
    if (!stat.isFile() || stat.size > MAX_IMAGE_BYTES) return undefined;
    const bytes = Buffer.alloc(stat.size);
    const filled = readSync(fd, bytes, 0, bytes.length, 0);
    if (filled < bytes.length || !kind.begins(bytes.subarray(0, 1000))) return undefined;
    return `data:${kind.type};base64,${bytes.toString('base64')}`;
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
