// `data.images`: data sets of PNG and JPEG files, with classes from the names of their folders.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { imageHead, imageKind } from '../../../formats/pixels.ts';
import { checkCount, checkOptions, shown, type OptionNames } from '../../options.ts';
import { isFolder, locate, readFault, type FileHost, type FilePath } from './locate.ts';
import { readImage, type ImageFiles } from './read-image.ts';

/** Options of `data.images`. */
export interface ImagesOptions {
  /**
   * Height and width that all images are brought to, in pixels; one number for squares. By default they must have the
   * same size already.
   */
  size?: number | readonly [height: number, width: number];
  /** 1 for gray, 3 for color, 4 with opacity; by default 1 if the first image is gray, else 3. */
  channels?: 1 | 3 | 4;
  /** Cut the middle to the right proportions before resizing; false by default: the image is stretched. */
  crop?: boolean;
  /**
   * The class of a file by its path from the folder, with slashes; by default the first folder in it. False for images
   * without classes, whose target is 0.
   */
  labels?: false | ((file: string) => string);
  /** Number of images of each class, the first ones by name; all by default. */
  limit?: number;
}

const OPTIONS: OptionNames<ImagesOptions> = {
  size: true,
  channels: 'number',
  crop: 'boolean',
  labels: true,
  limit: 'number',
};

const ENDING = /\.(png|jpe?g)$/i;

/** What `data.images` finds: the files, and their classes if they have any. */
export interface FoundImages {
  images: ImageFiles;
  labels: Int32Array;
  classNames?: string[];
}

interface Found {
  at: string;
  name: string;
}

/** Finds the images of a folder or a list. See `data.images`. */
export async function findImages(
  host: FileHost,
  source: FilePath | readonly FilePath[],
  options: ImagesOptions = {},
): Promise<FoundImages> {
  checkOptions('data.images', options, OPTIONS);
  const { channels, crop = false, labels, limit } = options;
  if (channels !== undefined && ![1, 3, 4].includes(channels))
    throw new RangeError(
      `data.images: channels must be 1 (gray), 3 (color) or 4 (with opacity), got ${shown(channels)}`,
    );
  if (labels !== undefined && labels !== false && typeof labels !== 'function')
    throw new TypeError(`data.images: labels must be a function of a file's name or false, got ${shown(labels)}`);
  if (limit !== undefined) checkCount('data.images', 'limit', limit);
  const size = options.size === undefined ? undefined : checkSize(options.size);
  const isList = Array.isArray(source);
  const files = isList ? listed(source as readonly FilePath[], host) : await filesBelow(source as FilePath, host);
  const root = isList ? 'the list' : locate('data.images', source as FilePath, host);
  const kinds = files.map(({ name }) =>
    labels === false ? '' : labels ? classOf(labels, name) : folderOf(name, root),
  );
  const kept = limit === undefined ? files : firstOf(files, kinds, limit);
  const keptKinds = limit === undefined ? kinds : kept.map((file) => kinds[files.indexOf(file)]!);
  const paths = kept.map(({ at }) => at);
  const images = await described(paths, { size, channels, crop });
  // So that a broken setting is told here, and not in the middle of a training
  readImage(images, 0);
  if (labels === false) return { images, labels: new Int32Array(paths.length) };
  const classNames = [...new Set(keptKinds)].sort();
  return { images, labels: Int32Array.from(keptKinds, (kind) => classNames.indexOf(kind)), classNames };
}

function checkSize(size: unknown): [number, number] {
  const pair = typeof size === 'number' ? [size, size] : size;
  if (!Array.isArray(pair) || pair.length !== 2)
    throw new TypeError(`data.images: size must be [height, width] or one number, got ${shown(size)}`);
  for (const [k, side] of (pair as unknown[]).entries())
    checkCount('data.images', k === 0 ? 'size, the height,' : 'size, the width,', side as number);
  return pair as [number, number];
}

function listed(list: readonly FilePath[], host: FileHost): Found[] {
  if (list.length === 0) throw new RangeError('data.images: the list of files is empty');
  return list.map((file) => {
    const at = locate('data.images', file, host);
    return { at, name: path.relative(host.folder(), at).split(path.sep).join('/') };
  });
}

/** The images in a folder and the folders inside, in the order of their names. */
async function filesBelow(folder: FilePath, host: FileHost): Promise<Found[]> {
  const root = locate('data.images', folder, host);
  if (!(await isFolder('data.images', root))) return [{ at: root, name: path.basename(root) }];
  const found: Found[] = [];
  const others: string[] = [];
  const visit = async (at: string, prefix: string): Promise<void> => {
    const entries = await readdir(at, { withFileTypes: true }).catch(async (e: NodeJS.ErrnoException) => {
      throw await readFault('data.images', at, e);
    });
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      // What systems leave beside pictures
      if (entry.name.startsWith('.') || entry.name === 'Thumbs.db' || entry.name === '__MACOSX') continue;
      const next = path.join(at, entry.name);
      const name = prefix + entry.name;
      const isInner = entry.isDirectory() || (entry.isSymbolicLink() && (await isFolder('data.images', next)));
      if (isInner) await visit(next, `${name}/`);
      else if (ENDING.test(entry.name)) found.push({ at: next, name });
      else others.push(name);
    }
  };
  await visit(root, '');
  if (found.length === 0)
    throw new Error(
      `data.images: there is no PNG or JPEG file in ${root}${others.length > 0 ? `; in it are ${others.slice(0, 5).join(', ')}${others.length > 5 ? ` and ${others.length - 5} more` : ''}. Save the images as .png or .jpg.` : ' nor in the folders inside: it is empty.'}`,
    );
  return found;
}

function classOf(labels: (file: string) => string, name: string): string {
  const kind = labels(name);
  if (typeof kind !== 'string' || kind === '')
    throw new TypeError(`data.images: labels must return the name of a class; of "${name}" it returned ${shown(kind)}`);
  return kind;
}

function folderOf(name: string, root: string): string {
  const at = name.indexOf('/');
  const parts = name.split('/').filter((part) => part !== '..');
  if (at > 0 && parts.length > 1) return root === 'the list' ? parts.at(-2)! : parts[0]!;
  throw new Error(
    `data.images: ${name} in ${root} is in no folder of a class. Put the images of each class into a folder of its name, or pass labels: (file) => … for classes from names, or labels: false for images without classes.`,
  );
}

function firstOf(files: readonly Found[], kinds: readonly string[], limit: number): Found[] {
  const counts = new Map<string, number>();
  return files.filter((_, i) => {
    const count = (counts.get(kinds[i]!) ?? 0) + 1;
    counts.set(kinds[i]!, count);
    return count <= limit;
  });
}

interface Wanted {
  size: [number, number] | undefined;
  channels: 1 | 3 | 4 | undefined;
  crop: boolean;
}

/** The size of all images: the one that is wanted, or that of the first, which all must have. */
async function described(paths: readonly string[], { size, channels, crop }: Wanted): Promise<ImageFiles> {
  const headOf = async (file: string) => {
    const bytes = await readFile(file).catch(async (e: NodeJS.ErrnoException) => {
      throw await readFault('data.images', file, e);
    });
    const kind = imageKind(bytes);
    return kind && imageHead(bytes, kind);
  };
  const first = size && channels ? undefined : await headOf(paths[0]!);
  const [height, width] = size ?? [first?.height ?? 0, first?.width ?? 0];
  const images: ImageFiles = { paths, height, width, channels: channels ?? (first?.gray ? 1 : 3), resize: size !== undefined, crop }; // prettier-ignore
  if (size) return images;
  for (const file of paths.slice(1)) {
    const head = await headOf(file);
    if (head && (head.height !== height || head.width !== width))
      throw new RangeError(
        `data.images: the images have different sizes: ${paths[0]} is ${height}×${width} pixels and ${file} is ${head.height}×${head.width}. Pass a size for all: { size: [${height}, ${width}] }.`,
      );
  }
  return images;
}
