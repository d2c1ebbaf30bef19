// Measures the display of tensors: from values to the bytes of the output, and from the bytes to pixels in a browser.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startBrowser } from '../vscode/browser.mts';
import { root } from '../vscode/server.mts';
import { loadBundled } from './bundled.mts';
import { summarize, timeEach, type Measurement } from './measure.mts';

const TIMES = 25;

type Display = typeof import('../../kernel/outputs/tensor/index.ts');

export async function measure(): Promise<Measurement[]> {
  const { DisplayedTensors } = await loadBundled<Display>('kernel/outputs/tensor/index.ts', 'tensor.mjs');
  const tensors = new DisplayedTensors(() => 'cpu');
  const normal = (n: number) => Float32Array.from({ length: n }, (_, i) => Math.sin(i * i) * (1 + (i % 7)));
  const bytesOf = (values: Float32Array) => (tensors.item(values) as { bytes: Uint8Array }).bytes;
  const large = normal(1e7);
  bytesOf(large);
  const encoding = await timeEach(TIMES, async () => void bytesOf(large));
  const painting = async (values: Float32Array) => firstPaints(bytesOf(values));
  return [
    summarize('output of 10^7 float32: statistics, checksum, sample', 'ms', encoding, '< 100 ms'),
    summarize('first paint of 1,000 values, after the bundle', 'ms', await painting(normal(1000)), '< 50 ms'),
    summarize('first paint of 250,000 values, after the bundle', 'ms', await painting(large), '< 50 ms'),
    summarize('first paint of a 488 × 488 heat map, after the bundle', 'ms', await heatMaps(bytesOf), '< 50 ms'),
  ];
}

/**
 * The largest square matrix that an output can contain completely: the payload of an array with the shape of a matrix.
 */
async function heatMaps(bytesOf: (values: Float32Array) => Uint8Array): Promise<number[]> {
  const side = 488;
  const bytes = bytesOf(Float32Array.from({ length: side * side }, (_, i) => Math.sin(i * i)));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(8, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(12, 12 + length))) as Record<string, unknown>;
  header['shape'] = [side, side];
  header['axes'] = [side, side].map((count) => ({ start: 0, step: 1, count }));
  const head = Buffer.from(JSON.stringify(header));
  const prefix = Buffer.from(bytes.subarray(0, 12));
  prefix.writeUInt32LE(head.length, 8);
  return firstPaints(Buffer.concat([prefix, head, bytes.subarray(12 + length)]));
}

/** Milliseconds from the call of the renderer to the next frame, each in a new page. */
async function firstPaints(payload: Uint8Array): Promise<number[]> {
  const { browser, page } = await startBrowser({ width: 1000, height: 800 });
  try {
    const code = readFileSync(join(root, 'dist/renderers/tensor.js'), 'utf8');
    const times: number[] = [];
    for (let i = 0; i < TIMES; i++) {
      await page.goto('about:blank');
      times.push(await page.evaluate(paintOnce, { code, base64: Buffer.from(payload).toString('base64') }));
    }
    return times;
  } finally {
    await browser.close();
  }
}

/** Runs in the page. */
async function paintOnce({ code, base64 }: { code: string; base64: string }): Promise<number> {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const url = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
  const module = (await import(url)) as {
    activate: (context: object) => { renderOutputItem: (...args: unknown[]) => void };
  };
  const renderer = module.activate({ workspace: { isTrusted: false } });
  const host = document.body.appendChild(document.createElement('div'));
  const begun = performance.now();
  renderer.renderOutputItem({ id: '1', data: () => bytes }, host, new AbortController().signal);
  if (!host.shadowRoot?.querySelector('canvas.picture')) throw new Error('nothing was drawn');
  // Include style and layout
  host.getBoundingClientRect();
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
  return performance.now() - begun;
}
