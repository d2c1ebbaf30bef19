// Looks at the pixels that were drawn.
import type { Locator } from 'playwright-core';
import type { TestBrowser } from '../vscode/browser.mts';

/** The number of different colors in a picture of the element; an empty plot has one or two. */
export async function drawnColours({ context }: TestBrowser, element: Locator): Promise<number> {
  await element.scrollIntoViewIfNeeded();
  const png = (await element.screenshot()).toString('base64');
  const page = await context.newPage(); // the workbench's content policy does not allow this
  try {
    return await page.evaluate(async (data) => {
      const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
      const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const canvas = new OffscreenCanvas(image.width, image.height);
      const context = canvas.getContext('2d')!;
      context.drawImage(image, 0, 0);
      const pixels = context.getImageData(0, 0, image.width, image.height).data;
      return new Set(new Uint32Array(pixels.buffer)).size;
    }, png);
  } finally {
    await page.close();
  }
}
