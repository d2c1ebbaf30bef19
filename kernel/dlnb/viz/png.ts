// Pixels as a PNG inside a figure. fflate and not zlib of Node, which gives other bytes on other processors.
import { zlibSync } from 'fflate';
import { PNG_SIGNATURE, pngChunk } from '../../formats/png-chunk.ts';

/** @param rgba four bytes for each pixel: red, green, blue, opacity */
export function pngUrl(rgba: Uint8Array, width: number, height: number): string {
  const head = new Uint8Array(13);
  const view = new DataView(head.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  // 8 bits a channel, color with opacity
  head.set([8, 6, 0, 0, 0], 8);
  const stride = 4 * width;
  const raw = new Uint8Array((stride + 1) * height);
  for (let y = 0; y < height; y++) raw.set(rgba.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1);
  const file = [
    Uint8Array.from(PNG_SIGNATURE),
    pngChunk('IHDR', head),
    pngChunk('IDAT', zlibSync(raw)),
    pngChunk('IEND'),
  ];
  return `data:image/png;base64,${Buffer.concat(file).toString('base64')}`;
}
