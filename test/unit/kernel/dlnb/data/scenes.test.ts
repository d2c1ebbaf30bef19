// Boxes and masks: exact, apart from each other, the same for a seed, and of the classes that are asked for.
import { describe, expect, it } from 'vitest';
import { boxes, masks } from '../../../../../kernel/dlnb/data/scenes.ts';
import { dataIn } from './files/host.ts';

const small = { n: 30, seed: 3 };

describe('boxes', () => {
  it('are images with one to three boxes, inside and apart', () => {
    const { images, shape, objects, classNames } = boxes(small);
    expect([shape, images.length, objects.length, classNames.length]).toEqual([
      [30, 64, 64, 3],
      30 * 64 * 64 * 3,
      30,
      10,
    ]);
    expect(images.every((v) => v >= 0 && v <= 1)).toBe(true);
    expect(new Set(objects.map((list) => list.length))).toEqual(new Set([1, 2, 3]));
    for (const { box, label } of objects.flat()) {
      const [x0, y0, x1, y1] = box;
      expect(x0 >= 0 && y0 >= 0 && x1 <= 64 && y1 <= 64 && x0 < x1 && y0 < y1).toBe(true);
      expect(label >= 0 && label < 10).toBe(true);
    }
  });

  it('are the edges of the pixels of the masks, and no other pixel is marked', () => {
    const scene = { ...small, noise: 0 };
    const [{ objects }, set] = [boxes(scene), masks(scene)];
    expect(set.images).toEqual(boxes(scene).images);
    objects.forEach((list, i) => {
      let inside = 0;
      for (const { box, label } of list) {
        const [x0, y0, x1, y1] = box;
        const marked: [number, number][] = [];
        for (let y = y0; y < y1; y++)
          for (let x = x0; x < x1; x++) if (set.masks[(i * 64 + y) * 64 + x] === label + 1) marked.push([x, y]);
        inside += marked.length;
        expect([Math.min(...marked.map(([x]) => x)), Math.max(...marked.map(([x]) => x)) + 1]).toEqual([x0, x1]);
        expect([Math.min(...marked.map(([, y]) => y)), Math.max(...marked.map(([, y]) => y)) + 1]).toEqual([y0, y1]);
      }
      const all = set.masks.slice(i * 4096, (i + 1) * 4096).filter((v) => v > 0).length;
      // Corners of a box may belong to a neighbor of the same class
      expect(inside).toBeGreaterThanOrEqual(all);
    });
  });

  it('begin a longer set with the shorter one, and differ by seed', () => {
    expect(boxes({ ...small, n: 5 }).objects).toEqual(boxes(small).objects.slice(0, 5));
    expect(boxes({ ...small, seed: 4 }).images).not.toEqual(boxes(small).images);
  });

  it('are of the classes, sizes and numbers that are asked for', () => {
    const set = boxes({ n: 10, size: 32, objects: [0, 1], radius: [5, 5], classes: ['star', 'disc'] });
    expect([set.shape, set.classNames]).toEqual([
      [10, 32, 32, 3],
      ['star', 'disc'],
    ]);
    for (const { box, label } of set.objects.flat()) {
      expect(label < 2).toBe(true);
      expect(box[2] - box[0]).toBeLessThanOrEqual(11);
    }
  });
});

describe('masks', () => {
  it('become a data set with a class for each pixel', () => {
    const data = dataIn('.');
    const set = data.dataset(data.masks({ n: 4 }));
    expect([set.size, set.shape, set.targetShape]).toEqual([4, [64, 64, 3], [64, 64, 1]]);
    const { classNames, masks: classes } = masks({ n: 4 });
    expect([classNames[0], classNames.length]).toEqual(['background', 11]);
    expect([...set][1]!.y).toEqual(Float32Array.from(classes.slice(4096, 8192)));
  });
});

it.each([
  [{ n: 0 }, /n must be an integer of at least 1/],
  [{ size: 4 }, /size must be an integer of at least 8/],
  [{ objects: 3 }, /objects must be \[least, most\], got 3/],
  [{ objects: [2, 1] }, /objects\[1\] must be an integer of at least 2/],
  [{ radius: [40, 50] }, /radius\[0\] must be a number from 2 to 32/],
  [{ classes: ['cat'] }, /there is no shape cat; there are disc, ring/],
  [{ classes: [] }, /classes must be a list of names/],
  [{ objects: [30, 30] }, /there is no room for 30 shapes of radius 6 to 12 on 64×64 pixels; take fewer/],
  [{ contrast: 2 }, /contrast must be a number from 0 to 0.8/],
  [{ boxes: 1 }, /there is no option "boxes"/],
])('say which option is wrong: %j', (options, message) => {
  expect(() => boxes(options as never)).toThrow(message);
  expect(() => masks(options as never)).toThrow(message);
});
