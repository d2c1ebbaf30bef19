// The thread of pictures as built: files that decode, colors at their places, the same bytes everywhere.
import { createHash } from 'node:crypto';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dist } from '../../paths.ts';
import { colorAt, decodePng, inked } from '../../png.ts';
import { PLOTLY, SUMMARY, TENSOR } from '../../../kernel/wire/mime.ts';
import { bytesOf, encodeHead, writePayload } from '../../../kernel/wire/payload.ts';
import { pictureSize, type PictureAnswer } from '../../../kernel/wire/picture.ts';
import type { MimeItem } from '../../../kernel/wire/protocol.ts';
import { TENSOR_FORMAT } from '../../../kernel/wire/tensor.ts';

const folder = path.join(dist, 'pictures');
let worker: Worker;
let job = 0;

beforeAll(() => {
  worker = new Worker(path.join(folder, 'worker.js'), { workerData: { folder } });
});
afterAll(() => worker.terminate());

function ask(item: MimeItem, from = worker): Promise<PictureAnswer> {
  const own = ++job;
  return new Promise((resolve) => {
    const hear = (answer: PictureAnswer) => {
      if (answer.job !== own) return;
      from.off('message', hear);
      resolve(answer);
    };
    from.on('message', hear);
    from.postMessage({ job: own, item });
  });
}

async function png(item: MimeItem): Promise<Uint8Array> {
  const answer = await ask(item);
  if (!('png' in answer)) throw new Error(answer.reason);
  return answer.png;
}

const matrix = (values: number[], shape: number[]): MimeItem => {
  const data = Float32Array.from(values);
  const axes = shape.map((count) => ({ start: 0, step: 1, count }));
  const head = { kind: 'tensor', dtype: 'float32', shape, bytes: data.byteLength, axes };
  return { mime: TENSOR, bytes: writePayload(TENSOR_FORMAT, encodeHead(head), bytesOf(data)) };
};
const figure = (data: object[], layout: object = {}): MimeItem => ({ mime: PLOTLY, json: { data, layout } });
const table: MimeItem = {
  mime: SUMMARY,
  json: {
    version: 1,
    name: 'net',
    layers: [{ name: 'dense', type: 'Dense', shape: '[batch, 10]', parameters: 10, trainable: 10 }],
    total: 10,
    trainable: 10,
    bytes: 40,
  },
};

describe('a picture', () => {
  it('is twice as dense as it is shown', async () => {
    const file = await png(figure([{ y: [1, 2] }]));
    expect(decodePng(file).width).toBe(1280);
    expect(pictureSize(file)).toEqual({ width: 640, height: 380 });
  });

  it('of a matrix has the colors of its values at their places', async () => {
    const picture = decodePng(
      await png(matrix([...Array<number>(400).fill(1), ...Array<number>(400).fill(-1)], [20, 40])),
    );
    const [x, y] = [12 * 2 + 8, 32 * 2 + 8];
    expect(colorAt(picture, x, y)).toBe('#67001f');
    const lower = [...Array(400).keys()].map((i) => colorAt(picture, x, y + 4 * i < picture.height ? y + 4 * i : y));
    expect(lower).toContain('#053061');
  });

  it('of bars has their color inside and white outside', async () => {
    const picture = decodePng(
      await png(figure([{ type: 'bar', x: ['a', 'b'], y: [1, 1], marker: { color: '#ff0000' } }])),
    );
    const column = (x: number) =>
      [...Array(picture.height).keys()].filter((y) => colorAt(picture, x, y) === '#ff0000').length;
    const across = [...Array(picture.width).keys()].filter((x) => column(x) > 200);
    expect(across.length).toBeGreaterThan(600);
    expect(colorAt(picture, 2, 2)).toBe('#ffffff');
  });

  it('has letters: the font is there', async () => {
    const blank = decodePng(await png(figure([], { xaxis: { visible: false }, yaxis: { visible: false } })));
    const titled = decodePng(
      await png(figure([], { title: 'Title', xaxis: { visible: false }, yaxis: { visible: false } })),
    );
    expect(inked(blank)).toBe(0);
    expect(inked(titled)).toBeGreaterThan(300);
  });

  it('is at most about 100 kB, also of noise', async () => {
    const noise = Array.from({ length: 200 * 200 }, (_, i) => Math.sin(i * i));
    const file = await png(matrix(noise, [200, 200]));
    expect(file.length).toBeLessThan(101_000);
    expect(inked(decodePng(file))).toBeGreaterThan(1000);
  });

  it('has the same bytes in every thread, on every machine and Node', async () => {
    const other = new Worker(path.join(folder, 'worker.js'), { workerData: { folder } });
    const items = [figure([{ y: [1, 3, 2] }], { title: 'Loss' }), table, matrix([1, 2, NaN, -3], [2, 2])];
    const sums: string[] = [];
    for (const item of items) {
      const [here, there] = [await ask(item), await ask(item, other)];
      expect(here).toMatchObject({ png: (there as { png: Uint8Array }).png });
      sums.push(
        createHash('sha256')
          .update((here as { png: Uint8Array }).png)
          .digest('hex')
          .slice(0, 16),
      );
    }
    await other.terminate();
    expect(sums).toEqual(SUMS);
  });

  it('that cannot be made has a reason, and the next one is made', async () => {
    expect(await ask({ mime: TENSOR, bytes: new Uint8Array(20) })).toMatchObject({ reason: 'it is not a tensor' });
    expect(await ask({ mime: 'text/plain', text: 'x' })).toMatchObject({ reason: 'there is no picture of text/plain' });
    expect(await png(table)).toBeInstanceOf(Uint8Array);
  });
});

/** Beginnings of the checksums of pictures, as every machine makes them. They change with a painter or the font. */
const SUMS = ['61a3b640033f2f04', 'cc3bdb2a050dca83', '4edb4b30241927fa'];
