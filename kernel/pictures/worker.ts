// The thread that makes pictures: it gets items of outputs and answers with PNG files, one after another.
import { parentPort, workerData } from 'node:worker_threads';
import type { PictureAnswer, PictureJob } from '../wire/picture.ts';
import { paint } from './paint.ts';
import { Rasterizer } from './rasterize.ts';

const { folder } = workerData as { folder: string };
const rasterizer = new Rasterizer(folder);

let last: Promise<void> = Promise.resolve();
parentPort!.on('message', ({ job, item }: PictureJob) => {
  last = last.then(async () => {
    let answer: PictureAnswer;
    try {
      answer = { job, png: await rasterizer.png(await paint(item)) };
    } catch (e) {
      answer = { job, reason: (e as Error).message };
    }
    parentPort!.postMessage(answer);
  });
});
