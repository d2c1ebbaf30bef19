// Finds and reads the files that a cell names: from the notebook's folder, with errors that say what is there instead.
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify, types } from 'node:util';
import { gunzip } from 'node:zlib';
import { writeWhole as writeFileWhole } from '../../../formats/write-whole.ts';
import { closest } from '../../../wire/closest.ts';
import { shown } from '../../options.ts';

/** What readers of files need from their session. */
export interface FileHost {
  /** The folder of the notebook, from which relative paths count. */
  folder(): string;
}

/** A path from the notebook's folder (`./data/iris.csv`), an absolute path, or a `file:` address. */
export type FilePath = string | URL;

/** The kinds of files that are told apart by their first bytes, each with what reads it. */
const KINDS: readonly (readonly [kind: string, start: string, reader: string])[] = [
  ['a PNG image', '\x89PNG', 'data.images, or tf.image.decode'],
  ['a JPEG image', '\xff\xd8\xff', 'data.images, or tf.image.decode'],
  ['a GIF image', 'GIF8', ''],
  ['an array of NumPy', '\x93NUMPY', 'data.npy'],
  ['a Parquet file', 'PAR1', 'data.parquet'],
  ['a WAV file', 'RIFF', 'data.wav'],
  ['a WAV file', 'RIFX', ''],
  ['an HDF5 file', '\x89HDF', 'tf.loadLayersModel, or nn.loadWeights'],
  ['a PDF file', '%PDF', ''],
  ['a pickle of Python', '\x80\x04\x95', ''],
  ['a pickle of Python', '\x80\x02', ''],
  ['a zip archive, as .npz and .xlsx files are', 'PK\x03\x04', 'data.npz, if it holds arrays of NumPy,'],
  ['gzipped', '\x1f\x8b', ''],
];

/**
 * The absolute path of a file that a cell names.
 * @throws TypeError for what is no path
 */
export function locate(where: string, file: FilePath, host: FileHost): string {
  if (file instanceof URL || (types.isProxy(file) === false && typeof file === 'object' && 'href' in (file ?? {}))) {
    if ((file as URL).protocol === 'file:') return fileURLToPath(file as URL);
    throw notLocal(where, String(file));
  }
  if (typeof file !== 'string' || file === '')
    throw new TypeError(`${where}: the path must be a text, as './data/file' beside the notebook, got ${shown(file)}`);
  if (/^file:/i.test(file)) return fileURLToPath(file);
  if (/^[a-z][a-z\d+.-]+:\/\//i.test(file)) throw notLocal(where, file);
  const home = /^~(?=[/\\]|$)/.test(file) ? path.join(process.env['HOME'] ?? '~', file.slice(1)) : file;
  return path.resolve(host.folder(), home);
}

const notLocal = (where: string, address: string) =>
  new TypeError(
    `${where} reads files, not addresses. Download it first: fs.writeFileSync('./data/file', await (await fetch('${address}')).bytes())`,
  );

/** The bytes of a file. @throws Error that names the file, the reason, and a file that may be meant */
export async function readBytes(where: string, file: FilePath, host: FileHost): Promise<Buffer> {
  const at = locate(where, file, host);
  try {
    return await readFile(at);
  } catch (e) {
    throw await readFault(where, at, e as NodeJS.ErrnoException);
  }
}

/** Whether a file is a folder. @throws Error if it is not there */
export async function isFolder(where: string, at: string): Promise<boolean> {
  try {
    return (await stat(at)).isDirectory();
  } catch (e) {
    throw await readFault(where, at, e as NodeJS.ErrnoException);
  }
}

/** Why a file cannot be read, in words. */
export async function readFault(where: string, at: string, error: NodeJS.ErrnoException): Promise<Error> {
  const { code, message } = error;
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new Error(`${where}: there is no file ${at}. ${await beside(at)}`);
  if (code === 'EISDIR')
    return new Error(
      `${where}: ${at} is a folder. Name a file in it${where === 'data.images' ? '' : '; data.images reads folders of images'}.`,
    );
  if (code === 'EACCES' || code === 'EPERM')
    return new Error(`${where}: ${at} may not be read (${code}). Change its permissions.`);
  if (code === 'ERR_FS_FILE_TOO_LARGE')
    return new Error(`${where}: ${at} is larger than 2 GB, which is more than is read at once. Split the file.`);
  return new Error(`${where}: ${at} cannot be read: ${message}`);
}

/** What is in the folder where a file is missing: a name like it, or the first names. */
async function beside(at: string): Promise<string> {
  const folder = path.dirname(at);
  const names = await readdir(folder).catch(() => undefined);
  if (!names)
    return `There is no folder ${folder} either. Paths count from the folder of the notebook: make a folder there, or give an absolute path.`;
  const near = closest(path.basename(at), names);
  if (near !== undefined) return `Did you mean "${near}"?`;
  const seen = names.filter((name) => !name.startsWith('.')).sort();
  if (seen.length === 0) return `Its folder is empty.`;
  return `Its folder holds ${seen.slice(0, 8).join(', ')}${seen.length > 8 ? ` and ${seen.length - 8} more` : ''}.`;
}

/** What a file is by its first bytes, in words, and what reads it. */
export function kindOf(bytes: Uint8Array): { kind: string; reader: string } | undefined {
  if (isSafetensors(bytes)) return { kind: 'a safetensors file', reader: 'data.loadTensors, or nn.loadWeights,' };
  const start = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  const found = KINDS.find(([, magic]) => start.startsWith(magic));
  return found && { kind: found[0], reader: found[2] };
}

/** Whether a file begins as safetensors do: with the length of a header below 2³², and the header, which is JSON. */
export const isSafetensors = (bytes: Uint8Array): boolean =>
  bytes[8] === 0x7b && bytes.subarray(4, 8).every((byte) => byte === 0);

/** An error for a file of another kind: `x.csv is a PNG image; data.images reads it`. */
export function wrongKind(where: string, at: string, bytes: Uint8Array, wanted: string): Error {
  if (bytes.length === 0) return new Error(`${where}: ${at} is empty (0 bytes). Is it written completely?`);
  const found = kindOf(bytes);
  if (!found) return new Error(`${where}: ${at} is not ${wanted}.`);
  const remedy = found.reader ? ` ${found.reader} reads it.` : '';
  return new Error(`${where}: ${at} is not ${wanted} but ${found.kind}.${remedy}`);
}

/**
 * The text of a file, without a byte order mark. Files ending in .gz are unpacked. UTF-16 is known by its mark.
 * @param encoding a name that TextDecoder knows; UTF-8 by default
 * @throws Error if the file is no text, or not in this encoding
 */
export async function readText(where: string, file: FilePath, host: FileHost, encoding?: string): Promise<string> {
  const at = locate(where, file, host);
  let bytes = await readBytes(where, file, host);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b)
    bytes = await promisify(gunzip)(bytes).catch((e: Error) => {
      throw new Error(`${where}: ${at} is gzipped and cannot be unpacked: ${e.message}. Download or copy it again.`);
    });
  if (bytes.length === 0) throw wrongKind(where, at, bytes, 'a text');
  if (kindOf(bytes)) throw wrongKind(where, at, bytes, 'a text');
  const marked = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : undefined; // prettier-ignore
  const name = encoding ?? marked ?? 'utf-8';
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(name, { fatal: true });
  } catch {
    throw new RangeError(
      `${where}: there is no encoding ${shown(name)}; 'utf-8', 'windows-1252', 'utf-16le' and others`,
    );
  }
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    throw new Error(
      `${where}: ${at} is not a text in ${name}. If it is from an older program, pass { encoding: 'windows-1252' }.`,
    );
  }
  if (text.includes('\0'))
    throw new Error(
      `${where}: ${at} is not a text: it holds zero bytes. Is it a binary file, or UTF-16 without a mark?`,
    );
  return text;
}

/**
 * Writes a file whole or not at all: beside its place first, then renamed. Makes the folder.
 * @throws Error that names the file and the reason
 */
export async function writeWhole(where: string, at: string, bytes: Uint8Array): Promise<void> {
  try {
    await mkdir(path.dirname(at), { recursive: true });
    await writeFileWhole(at, bytes);
  } catch (e) {
    const { code, message } = e as NodeJS.ErrnoException;
    const why =
      code === 'ENOSPC'
        ? 'no space is left on the disk. Free some, or write to another one'
        : code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
          ? `its folder may not be written to (${code}). Choose another folder`
          : code === 'EISDIR' || code === 'ENOTEMPTY'
            ? 'it is a folder. Add the name of a file'
            : message;
    throw new Error(`${where}: ${at} cannot be written: ${why}.`, { cause: e });
  }
}
