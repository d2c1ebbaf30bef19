// Canvases that are sharp on every screen: sized in CSS pixels, drawn in device pixels.

export interface Surface {
  context: CanvasRenderingContext2D;
  /** Device pixels per CSS pixel. */
  ratio: number;
}

/** Device pixels per CSS pixel on this screen. */
export const pixelRatio = (): number => Math.max(1, Math.min(4, globalThis.devicePixelRatio || 1));

/**
 * Sizes and clears a canvas.
 * @param width in device pixels
 * @param height in device pixels
 */
export function sizeCanvas(canvas: HTMLCanvasElement, width: number, height: number): Surface {
  const ratio = pixelRatio();
  canvas.width = Math.max(1, Math.round(width));
  canvas.height = Math.max(1, Math.round(height));
  canvas.style.width = `${canvas.width / ratio}px`;
  canvas.style.height = `${canvas.height / ratio}px`;
  return { context: canvas.getContext('2d')!, ratio };
}
