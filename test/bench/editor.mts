// Measures the cost of outputs in the real VS Code: a training with live curves compared with the same training without
// a recorder, and the frame times while a notebook with sixty outputs scrolls. Kernel, editor and browser share the
// cores of the machine, as for users.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { manyOutputs, notebookText } from '../vscode/notebooks.mts';
import { packageExtension } from '../package.mts';
import { startBrowser } from '../vscode/browser.mts';
import { ensureSystemPackages } from '../vscode/debian.mts';
import { ensureVSCode, installVsix, makeProfile, startServer, workbenchUrl } from '../vscode/server.mts';
import {
  openNotebook,
  outputsFrame,
  scrollBy,
  statusItem,
  toolbarAction,
  workbenchReady,
} from '../vscode/workbench.mts';
import { summarize, type Measurement } from './measure.mts';

/** Number of pairs of blocks of training steps. */
const PAIRS = 100;
/** Duration of a block: short, because the speed of a shared machine varies. */
const SECONDS = 1;

/**
 * The course's CNN, batch 32, in a hand-written loop: blocks of steps with and without a recorder. Both read the loss.
 */
const training = `import * as tf from '@tensorflow/tfjs'; import { train } from 'dlnb'; import fs from 'node:fs';
const { layers: L } = tf;
const model = tf.sequential({ layers: [
  L.conv2d({ filters: 32, kernelSize: 3, activation: 'relu', inputShape: [28, 28, 1] }), L.maxPooling2d({ poolSize: 2 }),
  L.conv2d({ filters: 64, kernelSize: 3, activation: 'relu' }), L.maxPooling2d({ poolSize: 2 }), L.flatten(), L.dense({ units: 10 }) ] });
const x = tf.randomUniform([32, 28, 28, 1]), y = tf.oneHot(tf.range(0, 32, 1, 'int32').mod(tf.scalar(10, 'int32')), 10);
const optimizer = tf.train.adam(0.001);
const step = () => optimizer.minimize(() => tf.losses.softmaxCrossEntropy(y, model.apply(x) as tf.Tensor).asScalar(), true)!.dataSync()[0]!;
async function block(record: (loss: number) => void) {
  const from = performance.now();
  let steps = 0;
  for (; performance.now() - from < ${SECONDS * 1000}; steps++) {
    record(step());
    if (steps % 10 === 9) await new Promise((r) => setImmediate(r));
  }
  return (performance.now() - from) / steps;
}
await block(() => {});
const run = train.record('recorded');
const ratios: number[] = [];
for (let i = 0; i < ${PAIRS}; i++) {
  const recorded = await block((loss) => run.step({ loss, learningRate: 0.001 }));
  ratios.push(recorded / (await block(() => {})));
}
run.end();
fs.writeFileSync('ratios.json', JSON.stringify(ratios));`;

export async function measure(): Promise<Measurement[]> {
  await ensureSystemPackages();
  await ensureVSCode();
  const vsix = await packageExtension();
  const profile = makeProfile({
    settings: { 'workbench.colorTheme': 'Default Light Modern', 'files.autoSave': 'off' },
  });
  writeFileSync(join(profile.folder, 'many.dlnb'), notebookText(manyOutputs));
  writeFileSync(join(profile.folder, 'training.dlnb'), notebookText([training]));
  installVsix(profile, vsix);
  const server = await startServer({ profile });
  const { browser, page } = await startBrowser({ width: 1200, height: 1400 });
  try {
    await page.goto(workbenchUrl(server, profile.folder));
    await workbenchReady(page);
    const cost = await trainingCost(page, join(profile.folder, 'ratios.json'));
    const frames = await scrollFrames(page);
    return [
      summarize('a step of a training that is drawn / one that is not', 'ratio', cost, '< 1.03'),
      summarize('a frame while sixty outputs scroll', 'ms', frames),
    ];
  } finally {
    await browser.close();
    await server.stop();
    profile.remove();
  }
}

async function runAll(page: Page, name: string): Promise<void> {
  await openNotebook(page, name);
  await toolbarAction(page, 'Run All').click();
  await statusItem(page, /busy/).waitFor({ timeout: 60_000 });
  await statusItem(page, /idle/).waitFor({ timeout: 300_000 });
}

async function trainingCost(page: Page, file: string): Promise<number[]> {
  await runAll(page, 'training.dlnb');
  if ((await outputsFrame(page).locator('.dlnb-training-curves .js-plotly-plot').count()) !== 1)
    throw new Error('the training was not drawn');
  return JSON.parse(readFileSync(file, 'utf8')) as number[];
}

/**
 * Times between frames of the workbench while it scrolls through all outputs a second time. The first time draws them.
 */
async function scrollFrames(page: Page): Promise<number[]> {
  await runAll(page, 'many.dlnb');
  for (const pass of ['draw', 'measure']) {
    await scrollBy(page, -60_000);
    if (pass === 'measure') await page.evaluate(watchFrames);
    for (let i = 0; i < 120; i++) {
      await page.mouse.wheel(0, 120);
      await page.waitForTimeout(30);
    }
  }
  return page.evaluate(() => (window as Watching).frameTimes);
}

type Watching = Window & typeof globalThis & { frameTimes: number[] };

/** Runs in the page. */
function watchFrames(): void {
  const frames: number[] = ((window as Watching).frameTimes = []);
  let last = performance.now();
  const next = (now: number) => {
    frames.push(now - last);
    last = now;
    if (frames.length < 5000) requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
}
