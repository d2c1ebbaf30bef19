// Checks that every output of an executed notebook that draws has a picture that shows something.
import { readFileSync } from 'node:fs';
import { parseNotebook } from '../kernel/notebook/format/index.ts';
import { PICTURE, PICTURED } from '../kernel/wire/picture.ts';
import { decodePng, inked } from './png.ts';

export interface PictureCheck {
  /** How many outputs draw. */
  drawing: number;
  /** A sentence about each picture that is missing or empty. */
  wrong: string[];
}

/** @param file an executed notebook */
export function checkPictures(file: string): PictureCheck {
  const wrong: string[] = [];
  let drawing = 0;
  parseNotebook(readFileSync(file, 'utf8')).cells.forEach((cell, c) => {
    if (cell.kind !== 'code') return;
    cell.outputs.forEach(({ items }, o) => {
      const drawn = items.find(({ mime }) => PICTURED.has(mime));
      if (!drawn) return;
      drawing++;
      const at = items.findIndex(({ mime }) => mime === PICTURE);
      const where = `cell ${c + 1}, output ${o + 1} (${drawn.mime})`;
      const picture = items[at];
      if (!picture || !('base64' in picture)) return void wrong.push(`${where} has no picture`);
      if (at !== items.indexOf(drawn) + 1) wrong.push(`${where}: its picture is not behind it`);
      try {
        if (inked(decodePng(Buffer.from(picture.base64, 'base64'))) < 30) wrong.push(`${where}: its picture is empty`);
      } catch (e) {
        wrong.push(`${where}: its picture cannot be read: ${(e as Error).message}`);
      }
    });
  });
  return { drawing, wrong };
}
