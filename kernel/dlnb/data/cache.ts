// Files of public data sets: downloaded at the first request, verified by checksum, and kept in the user's cache
// folder.
import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ProgressFunction } from '../progress/index.ts';

/** A file that can be downloaded. */
export interface RemoteFile {
  name: string;
  /** Addresses of the file; if one fails, the next one is tried. */
  urls: readonly string[];
  bytes: number;
  /** Checksum in hexadecimal. */
  sha256: string;
}

/** What downloads need from their session. */
export interface DownloadHost {
  progress: ProgressFunction;
  /** Aborted when the cell is interrupted. */
  signal(): AbortSignal;
}

/** Options of {@link cachedFile}. */
export interface CacheOptions extends DownloadHost {
  /** Function that the user called, for errors: `data.mnist`. */
  caller: string;
  folder: string;
  /** A sentence that says what works without the file. */
  instead: string;
}

/**
 * The folder of downloaded data: `DLNB_CACHE` if it is set, else `dlnb` in the cache folder that the system defines for
 * the user (`$XDG_CACHE_HOME` or `~/.cache`, `~/Library/Caches`, `%LOCALAPPDATA%`).
 */
export function cacheFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform: string = process.platform,
  home = homedir(),
): string {
  if (env['DLNB_CACHE']) return path.resolve(env['DLNB_CACHE']);
  if (platform === 'win32')
    return path.join(env['LOCALAPPDATA'] || path.join(home, 'AppData', 'Local'), 'dlnb', 'Cache');
  if (platform === 'darwin') return path.join(home, 'Library', 'Caches', 'dlnb');
  const xdg = env['XDG_CACHE_HOME'];
  return path.join(xdg && path.isAbsolute(xdg) ? xdg : path.join(home, '.cache'), 'dlnb');
}

/**
 * Reads a file from the cache, or downloads it into the cache. A cached file with a wrong checksum is downloaded again.
 * @throws Error that names every address and why it failed, and says what to do without a connection
 */
export async function cachedFile(file: RemoteFile, options: CacheOptions): Promise<Buffer> {
  const target = path.join(options.folder, file.name);
  const kept = await readFile(target).catch((e: NodeJS.ErrnoException) => {
    if (e.code === 'ENOENT') return undefined;
    throw new Error(
      `${options.caller}: cannot read ${target} (${e.message}); make it readable, or set DLNB_CACHE to another folder`,
    );
  });
  if (kept && sha256(kept) === file.sha256) return kept;
  await mkdir(options.folder, { recursive: true }).catch((e: Error) => {
    throw new Error(
      `${options.caller}: cannot make the cache folder (${e.message}); set DLNB_CACHE to a writable folder`,
    );
  });
  const reasons: string[] = [];
  for (const url of file.urls) {
    const partial = `${target}.${randomUUID()}.part`;
    try {
      const bytes = await download(url, partial, file, options);
      await rename(partial, target);
      return bytes;
    } catch (e) {
      options.signal().throwIfAborted();
      reasons.push(`${url}: ${reasonOf(e)}`);
    } finally {
      await rm(partial, { force: true });
    }
  }
  throw new Error(
    [
      `${options.caller}: ${file.name} is not in the cache and could not be downloaded.`,
      ...reasons.map((reason) => `  ${reason}`),
      `Connect to the Internet and run the cell again; or put the file (${megabytes(file.bytes)}, SHA-256 ${file.sha256}) into ${options.folder}, or set DLNB_CACHE to a folder that contains it. ${options.instead}`,
    ].join('\n'),
  );
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(bytes < 1e6 ? 2 : 1)} MB`;

async function download(url: string, partial: string, file: RemoteFile, options: CacheOptions): Promise<Buffer> {
  const response = await fetch(url, { signal: options.signal() });
  if (!response.ok || !response.body) throw new Error(`the server answered ${response.status} ${response.statusText}`);
  // The bar counts kilobytes
  const bar = options.progress.begin({ label: `${file.name} (kB)`, total: Math.ceil(file.bytes / 1000) });
  let received = 0;
  let shown = 0;
  try {
    await pipeline(
      Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]),
      async function* (chunks: AsyncIterable<Uint8Array>) {
        for await (const chunk of chunks) {
          received += chunk.length;
          if (received > file.bytes) throw new Error(`it is larger than the ${file.bytes} bytes of ${file.name}`);
          const kilobytes = Math.ceil(received / 1000);
          await bar.step(kilobytes - shown);
          shown = kilobytes;
          yield chunk;
        }
      },
      createWriteStream(partial, { flags: 'wx' }),
      { signal: options.signal() },
    );
    const bytes = await readFile(partial);
    if (sha256(bytes) !== file.sha256)
      throw new Error(`the download (${bytes.length} bytes, SHA-256 ${sha256(bytes)}) is not the expected file`);
    bar.end();
    return bytes;
  } catch (e) {
    bar.end('failed');
    throw e;
  }
}

/** The reason of a failed download: `fetch` says only "fetch failed", and its cause says why. */
function reasonOf(e: unknown): string {
  const { message, cause } = e as Error;
  const inner = cause instanceof AggregateError ? cause.errors[0] : cause;
  return inner instanceof Error ? inner.message || ((inner as NodeJS.ErrnoException).code ?? message) : message;
}
