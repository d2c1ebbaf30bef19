// The pictures of the course in README.md: outputs on the pages of the site, in a light or a dark theme.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { startBrowser } from '../vscode/browser.mts';
import { root } from '../vscode/server.mts';
import { cellsOf } from './coverage.mts';

interface Picture {
  /** The sample, and the id of the cell. */
  sample: string;
  cell: string;
  theme: 'light' | 'dark';
  /** The name of the file in docs/images/, without theme and ending. */
  name: string;
}

const PICTURES: readonly Picture[] = [
  { sample: 'mlp', cell: 'mllearn1', theme: 'dark', name: 'course-hidden-units' },
  { sample: 'convolution', cell: 'cvslide1', theme: 'light', name: 'course-kernel' },
  { sample: 'detection', cell: 'de5431b3', theme: 'light', name: 'course-detection' },
  { sample: 'transformer', cell: 'tr8317ec', theme: 'dark', name: 'course-attention' },
  { sample: 'vae', cell: 'va6caa1d', theme: 'dark', name: 'course-latent' },
  { sample: 'reinforcement', cell: 'rea1dee7', theme: 'light', name: 'course-pole' },
];

/**
 * Takes them.
 * @param site the folder of the pages
 * @throws Error where a page has no such output
 */
export async function takePictures(site: string): Promise<void> {
  const { browser } = await startBrowser();
  try {
    for (const { sample, cell, theme, name } of PICTURES) {
      const page = await browser.newPage({ viewport: { width: 860, height: 1100 }, colorScheme: theme });
      await page.goto(pathToFileURL(path.join(site, `${sample}.html`)).href);
      const number = cellsOf({ file: `${sample}.dlnb` }).findIndex(({ id }) => id === cell) + 1;
      if (number === 0) throw new Error(`${sample} has no cell ${cell}`);
      const outputs = page.locator(`#n-${number} .outputs`);
      await outputs.scrollIntoViewIfNeeded();
      await page.waitForTimeout(2500); // what has come into sight draws
      await outputs.screenshot({ path: path.join(root, 'docs/images', `${name}-${theme}.png`) });
      await page.close();
    }
  } finally {
    await browser.close();
  }
}
