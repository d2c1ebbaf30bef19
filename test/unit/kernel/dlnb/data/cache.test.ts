// The cache of downloads, with the loaders of public data sets that use it, against small files that a server on
// loopback serves: formats, cache, checksums, and what errors say.
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { cachedFile, cacheFolder, type RemoteFile } from '../../../../../kernel/dlnb/data/cache.ts';
import { loadCifar10 } from '../../../../../kernel/dlnb/data/cifar10.ts';
import { readIdx } from '../../../../../kernel/dlnb/data/idx.ts';
import { loadMnist, MNIST } from '../../../../../kernel/dlnb/data/mnist.ts';
import { readTar } from '../../../../../kernel/dlnb/data/tar.ts';
import { makeProgress } from '../../../../../kernel/dlnb/progress/index.ts';

const served = new Map<string, Buffer>();
let asked: string[] = [];
let server: Server;
let base: string;
let folder: string;
let bars: string[] = [];
let abort = new AbortController();

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url!);
    const body = served.get(request.url!);
    response.writeHead(body ? 200 : 404).end(body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => void server.close());
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'dlnb-data-'));
  vi.stubEnv('DLNB_CACHE', folder);
  [asked, bars, abort] = [[], [], new AbortController()];
  served.clear();
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const { progress } = makeProgress({
  display: (value) => void bars.push(String((value[Symbol.for('Jupyter.display') as never] as () => object)()['text/plain' as never])), // prettier-ignore
  run: () => server,
  clock: () => performance.now(),
});
const host = { progress, signal: () => abort.signal };
const options = () => ({ ...host, caller: 'data.test', folder, instead: 'Use something else.' });

/** Serves bytes, and returns the file with its address. */
function serve(name: string, bytes: Buffer): RemoteFile {
  served.set(`/${name}`, bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { name, urls: [base + name], bytes: bytes.length, sha256 };
}

function idx(shape: number[], values: number[]): Buffer {
  const head = Buffer.alloc(4 + 4 * shape.length);
  head.set([0, 0, 8, shape.length]);
  shape.forEach((n, k) => head.writeUInt32BE(n, 4 + 4 * k));
  return Buffer.concat([head, Buffer.from(values)]);
}

function tar(files: Record<string, Buffer>): Buffer {
  const blocks = Object.entries(files).flatMap(([name, bytes]) => {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write('0000644\0', 100);
    header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('        0ustar\0', 148);
    const sum = header.reduce((a, b) => a + b, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

describe('the cache', () => {
  const content = Buffer.from('content of a file'.repeat(100));

  it('downloads a file once, with a bar, and never again', async () => {
    const file = serve('a.bin', content);
    expect(await cachedFile(file, options())).toEqual(content);
    expect(bars.at(-1)).toMatch(/a\.bin \(kB\) 100 %/);
    expect(readdirSync(folder)).toEqual(['a.bin']);
    expect(await cachedFile(file, options())).toEqual(content);
    expect(asked).toEqual(['/a.bin']);
  });

  it('downloads a damaged file again', async () => {
    const file = serve('a.bin', content);
    writeFileSync(path.join(folder, 'a.bin'), 'half of it');
    expect(await cachedFile(file, options())).toEqual(content);
    expect(readFileSync(path.join(folder, 'a.bin'))).toEqual(content);
  });

  it('takes the next address where one fails', async () => {
    const file = serve('a.bin', content);
    const urls = [`${base}missing`, ...file.urls];
    expect(await cachedFile({ ...file, urls }, options())).toEqual(content);
    expect(asked).toEqual(['/missing', '/a.bin']);
  });

  it('keeps nothing of an unexpected file', async () => {
    const file = { ...serve('a.bin', content), sha256: '0'.repeat(64) };
    await expect(cachedFile(file, options())).rejects.toThrow(/SHA-256 [0-9a-f]{64}\) is not the expected file/);
    await expect(cachedFile({ ...file, bytes: 10 }, options())).rejects.toThrow(/larger than the 10 bytes/);
    expect(readdirSync(folder)).toEqual([]);
    expect(bars.at(-1)).toMatch(/ended by an error/);
  });

  it('says what was tried and what to do if there is no connection', async () => {
    const closed = createServer();
    await new Promise<void>((done) => closed.listen(0, '127.0.0.1', done));
    const dead = `http://127.0.0.1:${(closed.address() as AddressInfo).port}/a.bin`;
    await new Promise((done) => closed.close(done));
    const file = { ...serve('a.bin', content), urls: [dead, `${base}missing`] };
    const message = await cachedFile(file, options()).catch((e: Error) => e.message);
    expect(message).toMatch(/^data\.test: a\.bin is not in the cache and could not be downloaded\./);
    expect(message).toMatch(/127\.0\.0\.1:\d+\/a\.bin: .*ECONNREFUSED/);
    expect(message).toMatch(/missing: the server answered 404/);
    expect(message).toContain(`put the file (0.00 MB, SHA-256 ${file.sha256}) into ${folder}, or set DLNB_CACHE`);
    expect(message).toMatch(/Use something else\.$/);
  });

  it('ends with the interrupt of the cell', async () => {
    const file = serve('a.bin', content);
    abort.abort(new Error('interrupted'));
    await expect(cachedFile(file, options())).rejects.toThrow('interrupted');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is in the cache folder that the system defines', () => {
    const at = (env: NodeJS.ProcessEnv, platform: string) => cacheFolder(env, platform, '/home/a');
    expect(at({}, 'linux')).toBe('/home/a/.cache/dlnb');
    expect(at({ XDG_CACHE_HOME: '/var/c' }, 'linux')).toBe('/var/c/dlnb');
    expect(at({ XDG_CACHE_HOME: 'relative' }, 'linux')).toBe('/home/a/.cache/dlnb');
    expect(at({}, 'darwin')).toBe('/home/a/Library/Caches/dlnb');
    expect(at({ LOCALAPPDATA: '/l' }, 'win32')).toBe(path.join('/l', 'dlnb', 'Cache'));
    expect(at({ DLNB_CACHE: '/mine' }, 'linux')).toBe('/mine');
  });
});

describe('IDX', () => {
  it('gives shape and values', () => {
    expect(readIdx(idx([2, 3], [1, 2, 3, 4, 5, 255]), 'f')).toEqual({
      shape: [2, 3],
      values: Buffer.of(1, 2, 3, 4, 5, 255),
    });
  });

  it('says what is wrong with a file', () => {
    expect(() => readIdx(Buffer.from('<html>'), 'f')).toThrow('f is not an IDX file');
    expect(() => readIdx(Buffer.of(0, 0, 13, 1, 0, 0, 0, 0), 'f')).toThrow(/type 0xd/);
    expect(() => readIdx(Buffer.of(0, 0, 8, 3, 0), 'f')).toThrow('ends within its header');
    expect(() => readIdx(idx([2, 2], [1, 2, 3]), 'f')).toThrow(
      'f should hold 4 values for its shape [2, 2], and holds 3',
    );
  });
});

describe('tar', () => {
  const archive = tar({ 'd/a': Buffer.from('first'), b: Buffer.alloc(600, 7) });

  it('gives the files by name', () => {
    const files = [...readTar(archive, 't')].map(({ name, bytes }) => [name, Buffer.from(bytes).length]);
    expect(files).toEqual([['d/a', 5], ['b', 600]]); // prettier-ignore
  });

  it('notices damage', () => {
    const damaged = Buffer.from(archive);
    damaged[3]! ^= 1;
    expect(() => [...readTar(damaged, 't')]).toThrow('t is not a tar archive, or is damaged at byte 0');
    expect(() => [...readTar(archive.subarray(0, 1024 + 512 + 100), 't')]).toThrow('t ends within b');
    expect(() => [...readTar(archive.subarray(0, 1024), 't')]).toThrow('ends without the empty block');
  });
});

describe('data.mnist', () => {
  const pair = (name: string, n: number) =>
    [
      serve(
        `${name}-images.gz`,
        gzipSync(
          idx(
            [n, 2, 2],
            Array.from({ length: 4 * n }, (_, i) => (i * 51) % 256),
          ),
        ),
      ),
      serve(
        `${name}-labels.gz`,
        gzipSync(
          idx(
            [n],
            Array.from({ length: n }, (_, i) => i % 10),
          ),
        ),
      ),
    ] as const;

  it('reads images in [0, 1] and their labels', async () => {
    const { train, test } = await loadMnist(host, { test: 2 }, { train: pair('train', 12), test: pair('t10k', 3) });
    expect([train.shape, test.shape]).toEqual([[12, 2, 2, 1], [2, 2, 2, 1]]); // prettier-ignore
    expect([...train.images.subarray(0, 6)].map((v) => Number(v.toFixed(3)))).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect([...train.labels]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
    expect(readdirSync(path.join(folder, 'mnist'))).toHaveLength(4);
  });

  it('refuses images and labels that do not belong together', async () => {
    const files = { train: [pair('a', 3)[0], pair('b', 4)[1]] as const, test: pair('t10k', 3) };
    await expect(loadMnist(host, {}, files)).rejects.toThrow(/do not belong together/);
  });

  it('asks a mirror before the public addresses, and names the digits that need no download', async () => {
    const offline = Object.fromEntries(Object.entries(MNIST).map(([k, files]) => [k, files.map((f) => ({ ...f, urls: [] }))])); // prettier-ignore
    const error = await loadMnist(host, { mirror: `${base}sets` }, offline as unknown as typeof MNIST).catch(
      (e: Error) => e.message,
    );
    expect(asked).toEqual(['/sets/train-images-idx3-ubyte.gz']);
    expect(error).toMatch(/data\.digits\(\) generates digits without a download/);
  });
});

describe('the loaders', () => {
  it.each([
    ['data.mnist', loadMnist],
    ['data.cifar10', loadCifar10],
  ])('%s names an unknown option before it downloads anything', async (name, load) => {
    await expect(load(host, { limit: 100 } as object)).rejects.toThrow(
      `${name}: there is no option "limit"; there are "train", "test", "mirror"`,
    );
    expect(asked).toEqual([]);
  });
});

describe('data.cifar10', () => {
  /** The record of an image whose red values are 51, green 102 and blue 255. */
  const record = (label: number) => Buffer.concat([[label], Buffer.alloc(1024, 51), Buffer.alloc(1024, 102), Buffer.alloc(1024, 255)].map((b) => Buffer.from(b as Buffer))); // prettier-ignore
  const archive = (files: Record<string, Buffer>) => serve('c.tar.gz', gzipSync(tar(files)));
  const batches = Object.fromEntries(
    [1, 2, 3, 4, 5].map((k) => [`cifar-10-batches-bin/data_batch_${k}.bin`, Buffer.concat([record(k), record(0)])]),
  );
  const testBatch = { 'cifar-10-batches-bin/test_batch.bin': record(9) };

  it('reads the channels of each pixel side by side, in the order of the batches', async () => {
    const { train, test } = await loadCifar10(host, { train: 7 }, archive({ ...batches, ...testBatch }));
    expect([train.shape, test.shape]).toEqual([[7, 32, 32, 3], [1, 32, 32, 3]]); // prettier-ignore
    expect([...train.labels]).toEqual([1, 0, 2, 0, 3, 0, 4]);
    expect([...train.images.subarray(3069, 3072)].map((v) => Number(v.toFixed(3)))).toEqual([0.2, 0.4, 1]);
    expect(test.classNames[test.labels[0]!]).toBe('truck');
  });

  it('says what an archive lacks', async () => {
    await expect(loadCifar10(host, {}, archive(batches))).rejects.toThrow('has no file test_batch.bin');
    const cut = { ...batches, 'cifar-10-batches-bin/test_batch.bin': Buffer.alloc(100) };
    await expect(loadCifar10(host, {}, archive(cut))).rejects.toThrow(/records of 3073 bytes, and has 100/);
  });
});
