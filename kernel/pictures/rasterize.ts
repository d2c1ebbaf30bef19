// From an SVG document to a PNG file: resvg as WebAssembly, with a font of its own, so that the bytes are the same on
// every machine.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { initWasm, Resvg } from '@resvg/resvg-wasm';
import { encodePng, hasPalette } from './png.ts';
import { isLarge, type Painted } from './paint.ts';

/** Pixels for each pixel of the drawing, until the file is small enough. Its colors are reduced to 256 before. */
const SCALES = [2, 1.5, 1, 0.75, 0.5];
/** A picture is to have at most this many bytes; one that is larger at the least scale is kept. */
export const MAX_BYTES = 100_000;

export class Rasterizer {
  private ready: Promise<Uint8Array> | undefined;

  /** @param folder that holds `resvg.wasm` and `DejaVuSans.ttf`; they are read at the first picture */
  constructor(private readonly folder: string) {}

  /** The bytes of the PNG file. @throws Error if the document is not well-formed */
  async png(painted: Painted): Promise<Uint8Array> {
    const font = await (this.ready ??= this.load());
    const scales = isLarge(painted) ? SCALES.slice(2) : SCALES;
    let png: Uint8Array = new Uint8Array();
    let scale = scales[0]!;
    for (;;) {
      const { pixels, width, height } = render(painted.svg, scale, font);
      png = encodePng(pixels, width, height, scale);
      if (png.length > MAX_BYTES && !hasPalette(png)) png = encodePng(pixels, width, height, scale, 256);
      if (png.length <= MAX_BYTES) return png;
      // A file shrinks a little less than its pixels
      const most = scale * Math.sqrt((1.4 * MAX_BYTES) / png.length);
      const next = scales.find((s) => s < scale && s <= most) ?? scales.at(-1)!;
      if (next >= scale) return png;
      scale = next;
    }
  }

  private async load(): Promise<Uint8Array> {
    await initWasm(readFileSync(path.join(this.folder, 'resvg.wasm')));
    return readFileSync(path.join(this.folder, 'DejaVuSans.ttf'));
  }
}

function render(svg: string, scale: number, font: Uint8Array): { pixels: Uint8Array; width: number; height: number } {
  const resvg = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: scale },
    font: { fontBuffers: [font], defaultFontFamily: 'DejaVu Sans', sansSerifFamily: 'DejaVu Sans' },
  });
  try {
    const image = resvg.render();
    try {
      return { pixels: image.pixels, width: image.width, height: image.height };
    } finally {
      image.free();
    }
  } finally {
    resvg.free();
  }
}
