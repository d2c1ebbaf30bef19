// Which outputs have a picture, where it goes, and the size at which it is shown.
import { expect, it } from 'vitest';
import { PAINTED } from '../../../../kernel/pictures/paint.ts';
import { encodePng } from '../../../../kernel/pictures/png.ts';
import { drawnItem, PICTURE, PICTURED, pictureSize, withPicture } from '../../../../kernel/wire/picture.ts';
import { SUMMARY } from '../../../../kernel/wire/mime.ts';

const table = { mime: SUMMARY, json: {} };
const text = { mime: 'text/plain', text: 'x' };
const png = { mime: PICTURE, bytes: new Uint8Array(1) };

it('has a painter for each type that gets a picture, and no other', () =>
  expect([...PAINTED].sort()).toEqual([...PICTURED].sort()));

it('puts the picture behind the item that it was made from, before the text', () =>
  expect(withPicture([table, text], png)).toEqual([table, png, text]));

it('makes no picture of an output that has an image, or nothing to draw', () =>
  expect([drawnItem([table, text]), drawnItem([table, png, text]), drawnItem([text])]).toEqual([
    table,
    undefined,
    undefined,
  ]));

it('shows a picture of double density at half its pixels', () => {
  const pixels = new Uint8Array(4 * 8 * 6);
  expect(pictureSize(encodePng(pixels, 8, 6, 2))).toEqual({ width: 4, height: 3 });
  expect(pictureSize(encodePng(pixels, 8, 6, 1))).toEqual({ width: 8, height: 6 });
  expect(pictureSize(new Uint8Array(60))).toBeUndefined();
});
