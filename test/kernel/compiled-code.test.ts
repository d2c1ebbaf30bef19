// What is compiled of the library is kept for the next kernel.
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { TestKernel } from './kernel.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'dlnb-compiled-'));
afterAll(() => rmSync(folder, { recursive: true }));

const IMPORT =
  "import * as tf from '@tensorflow/tfjs'; const module = process.getBuiltinModule?.('node:module');" +
  ' [tf.scalar(2).square().dataSync()[0], module?.getCompileCacheDir?.() ?? null]';

/** Imports the library in a kernel of its own. @returns what the cell shows, once the kernel has ended */
async function importIn(cache: string): Promise<string | undefined> {
  const kernel = new TestKernel({}, { env: { ...process.env, DLNB_CACHE: cache } });
  try {
    const { status, text } = await kernel.run(IMPORT);
    expect(status).toBe('ok');
    await kernel.process.shutdown();
    return text;
  } finally {
    await kernel.stop();
  }
}

/** All files below a folder. */
const filesIn = (dir: string): string[] =>
  readdirSync(dir, { recursive: true, withFileTypes: true }).flatMap((file) =>
    file.isFile() ? [path.join(file.parentPath, file.name)] : [],
  );

describe.skipIf(Number(process.versions.node.split('.')[0]) < 22)('compiled code', () => {
  it('is kept in the cache of the user, and the next kernel takes it', async () => {
    expect(await importIn(folder)).toContain(folder);
    const kept = filesIn(path.join(folder, 'compiled'));
    expect(kept.length).toBeGreaterThan(0);
    expect(await importIn(folder)).toContain('4');
    expect(filesIn(path.join(folder, 'compiled'))).toEqual(kept);
  });

  it('is passed over where it is damaged', async () => {
    for (const file of filesIn(path.join(folder, 'compiled'))) writeFileSync(file, 'no code');
    expect(await importIn(folder)).toContain('4');
  });

  it('is not kept where there is no folder for it', async () => {
    const file = path.join(folder, 'file');
    writeFileSync(file, '');
    expect(await importIn(path.join(file, 'cache'))).toContain('4');
    expect(existsSync(path.join(file, 'cache'))).toBe(false);
  });
});
