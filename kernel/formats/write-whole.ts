// Writes a file whole or not at all: beside its place first, then renamed, so that no half-written file is ever there.
import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';

/** Options of {@link writeWhole}. */
export interface WriteWholeOptions {
  /** Whether the bytes, and the name, are on the disk at the end, also if the computer fails then; false by default. */
  durable?: boolean;
}

/** How the names of half-written files end. */
export const PART = '.part';

/**
 * Writes a file in a folder that is there. On failure the file that was there is unchanged, and nothing is left beside.
 * @throws the error of the file system
 */
export async function writeWhole(
  file: string,
  content: string | Uint8Array,
  { durable = false }: WriteWholeOptions = {},
): Promise<void> {
  const part = `${file}.${randomUUID()}${PART}`;
  try {
    const handle = await open(part, 'wx');
    try {
      await handle.writeFile(content);
      if (durable) await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(part, file);
  } catch (e) {
    await rm(part, { force: true }).catch(() => {});
    throw e;
  }
  if (durable) await syncFolder(path.dirname(file));
}

/** Windows has no such thing for folders, and some file systems refuse it: the file is whole without it too. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
