// The frames of a grid: unpacked from their base64, with a bound on their length. No DOM.
import { MAX_GRID, readGridFrames, type Grid, type GridFrames } from '../../kernel/wire/controls.ts';
import { PayloadError } from '../../kernel/wire/fields.ts';

/** @throws PayloadError if they cannot be read, or are too long */
export async function unpackFrames({ frames, samples }: Grid): Promise<GridFrames> {
  let text;
  try {
    const bytes = Uint8Array.from(atob(frames), (c) => c.charCodeAt(0));
    text = await textOf(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip')));
  } catch (error) {
    if (error instanceof PayloadError) throw error;
    throw new PayloadError(`the frames of the grid are not compressed JSON: ${(error as Error).message}`);
  }
  return readGridFrames(JSON.parse(text), samples);
}

/** A few compressed bytes may stand for very many. */
async function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    length += value.length;
    if (length > MAX_GRID.bytes) {
      await reader.cancel();
      throw new PayloadError(`the frames of the grid are longer than ${MAX_GRID.bytes} bytes`);
    }
    text += decoder.decode(value, { stream: true });
  }
}
