// Folders of PNG and JPEG files: classes, order, sizes (against PIL), channels; and what is wrong with a folder or file.
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataIn, expected, fixtures } from './host.ts';

const pictures = path.join(fixtures, 'images');
const { images } = dataIn(pictures);
let folder = '';
beforeAll(() => void (folder = mkdtempSync(path.join(tmpdir(), 'dlnb-images-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const farthest = (a: ArrayLike<number>, b: readonly number[]) => {
  expect(a.length).toBe(b.length);
  return Math.max(...b.map((v, i) => Math.abs(v - a[i]!)));
};

describe('a folder of images', () => {
  it('has its folders as classes, and its files in the order of their names', async () => {
    const set = await images('./pets', { size: [4, 6] });
    expect([set.size, set.shape, set.classNames, [...set.labels]]).toEqual([
      5,
      [4, 6, 3],
      ['cat', 'dog'],
      [0, 0, 1, 1, 1],
    ]);
    const made = Array.from(set, ({ x }) => x);
    for (const [i, values] of expected.images.pets.entries()) expect(farthest(made[i]!, values)).toBeLessThan(2e-6);
  });

  it('enlarges as PIL does, and reads JPEG', async () => {
    const [one] = await images(['pets/cat/b.PNG'], { size: [11, 17] });
    expect(farthest(one!.x, expected.images.large)).toBeLessThan(2e-6);
    const [jpeg] = await images(['./pets/dog/z.jpg']);
    // Decoders round differently
    expect(farthest(jpeg!.x, expected.images.jpeg)).toBeLessThan(4 / 255);
  });

  it('keeps gray images gray, and makes other channels', async () => {
    const set = await images('gray');
    expect([set.shape, set.classNames, set.size]).toEqual([[6, 6, 1], ['0', '1'], 4]);
    expect(farthest([...set][0]!.x, expected.images.gray)).toBeLessThan(1e-6);
    const [color] = await images('gray', { channels: 3 });
    expect(Array.from(color!.x.slice(0, 3))).toEqual([color!.x[0], color!.x[0], color!.x[0]]);
    expect((await images('gray', { channels: 4 })).shape).toEqual([6, 6, 4]);
  });

  it('takes classes from names, or none, and a number of each class', async () => {
    const set = await images('flat', { size: 8, labels: (file) => file.split('_')[0]! });
    expect([set.classNames, [...set.labels]]).toEqual([['moon', 'sun'], [0, 0, 1]]); // prettier-ignore
    const none = await images('flat', { size: 8, labels: false });
    expect([none.size, none.targetShape, none.classNames]).toEqual([3, [1], []]);
    expect((await images('pets', { size: 4, limit: 1 })).size).toBe(2);
  });

  it('cuts the middle when asked', async () => {
    // 5×8 pixels to 5×5: columns 1 to 5
    const [whole] = await images(['pets/cat/b.PNG']);
    const [cut] = await images(['pets/cat/b.PNG'], { size: [5, 5], crop: true });
    for (let y = 0; y < 5; y++)
      for (let x = 0; x < 5; x++)
        expect([...cut!.x.slice((y * 5 + x) * 3, (y * 5 + x + 1) * 3)]).toEqual([...whole!.x.slice((y * 8 + x + 1) * 3, (y * 8 + x + 2) * 3)]); // prettier-ignore
  });

  it('is read when a loop comes to a file, and kept by cache', async () => {
    mkdirSync(path.join(folder, 'kept/a'), { recursive: true });
    const file = path.join(folder, 'kept/a/1.png');
    copyFileSync(path.join(pictures, 'gray/0/0.png'), file);
    const set = await dataIn(folder).images('kept');
    const cached = set.cache();
    const first = Array.from(cached, ({ x }) => [...x]);
    rmSync(file);
    expect(Array.from(cached, ({ x }) => [...x])).toEqual(first);
    expect(() => [...set]).toThrow(/data\.images: .*1\.png cannot be read: ENOENT.*Was it removed\?/);
  });
});

describe('wrong images', () => {
  it.each([
    [
      'pets',
      {},
      /different sizes: .*a\.png is 12×9 pixels and .*b\.PNG is 5×8\. Pass a size for all: \{ size: \[12, 9\] \}/,
    ],
    [
      'flat',
      { size: 8 },
      /moon_1\.png in .*flat is in no folder of a class\. Put the images of each class into a folder/,
    ],
    ['pet', { size: 8 }, /there is no file .*pet\. Did you mean "pets"\?/],
    ['pets/read-me.txt', { size: 8 }, /is in no folder of a class/],
    ['../npy', { size: 8 }, /there is no PNG or JPEG file in .*npy; in it are .*\.npy/],
    ['pets', { size: [4] }, /size must be \[height, width\] or one number/],
    ['pets', { size: 0 }, /size, the height, must be an integer of at least 1/],
    ['pets', { size: 4, channels: 2 }, /channels must be 1 \(gray\), 3/],
    ['pets', { size: 4, labels: 'cat' }, /labels must be a function/],
    ['pets', { size: 4, labels: () => 5 }, /labels must return the name of a class; of "cat\/a\.png" it returned 5/],
    ['pets', { sise: 4 }, /there is no option "sise".*did you mean "size"/],
    [[], {}, /the list of files is empty/],
    [5, {}, /the path must be a text/],
  ])('are told: %j %j', async (source, options, message) => {
    await expect(images(source as never, options as never)).rejects.toThrow(message);
  });

  it('are told by file when a loop comes to them', async () => {
    mkdirSync(path.join(folder, 'broken/a'), { recursive: true });
    const png = readFileSync(path.join(pictures, 'gray/0/0.png'));
    writeFileSync(path.join(folder, 'broken/a/1.png'), png);
    writeFileSync(path.join(folder, 'broken/a/2.png'), png.subarray(0, 60));
    writeFileSync(path.join(folder, 'broken/a/3.jpg'), 'no image');
    const set = await dataIn(folder).images('broken', { size: 4 });
    const each = set[Symbol.iterator]();
    each.next();
    expect(() => each.next()).toThrow(/2\.png is a PNG file that cannot be read: .*Replace it or take it away/);
    expect(() => [...set.skip(2)]).toThrow(/3\.jpg is neither a PNG nor a JPEG file, whatever its name says/);
  });

  it('are told when a folder is empty', async () => {
    mkdirSync(path.join(folder, 'empty'));
    await expect(dataIn(folder).images('empty')).rejects.toThrow(/there is no PNG or JPEG file in .*: it is empty/);
  });
});
