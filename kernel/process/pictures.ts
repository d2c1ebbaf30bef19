// The pictures of a session's outputs: which output gets one, and when. A thread of their own makes them, so that cells
// and live charts lose no time; it starts with the first picture.
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { drawnItem, MAX_PICTURES, PICTURE, type PictureAnswer, type PictureJob } from '../wire/picture.ts';
import type { MimeItem, OutputEvent } from '../wire/protocol.ts';

/** An output that is updated outside of a run gets its picture when it has rested for this long, in milliseconds. */
const REST_MS = 500;

/** A run, as its pictures see it. */
export interface PicturedRun {
  /** How many pictures it has asked for. */
  pictures: number;
  /** Whether its code has ended. */
  ended: boolean;
}

type PictureEvent = Extract<OutputEvent, { kind: 'picture' }>;

/** A picture that is to be made when its output rests. */
interface Resting {
  picture: number;
  item: MimeItem;
  run: PicturedRun;
  send: (event: PictureEvent) => void;
  timer?: NodeJS.Timeout;
}

/** Makes the PNG file of an item; undefined if it cannot be drawn. */
export type MakePicture = (item: MimeItem) => Promise<Uint8Array | undefined>;

export class Pictures {
  private last = 0;
  /** By display id. */
  private readonly resting = new Map<string, Resting>();
  private readonly pending = new Map<PicturedRun, Set<Promise<void>>>();

  constructor(private readonly make: MakePicture) {}

  /**
   * The event with the number of its picture, if it shows something that has one. An output with an id may change many
   * times: its picture is made at the end of the run.
   * @param send sends the picture
   */
  announce(event: OutputEvent, run: PicturedRun, send: (event: PictureEvent) => void): OutputEvent {
    if (event.kind !== 'display' && event.kind !== 'update') return event;
    const { id } = event;
    const earlier = id === undefined ? undefined : this.resting.get(id);
    if (earlier) {
      clearTimeout(earlier.timer);
      this.resting.delete(id!);
    }
    const item = drawnItem(event.bundle);
    const counted = event.kind === 'display' || earlier?.run !== run;
    if (!item || (counted && run.pictures >= MAX_PICTURES)) return event;
    if (counted) run.pictures++;
    const picture = ++this.last;
    if (id === undefined) this.start(item, picture, run, send);
    else {
      const rest: Resting = { picture, item, run, send };
      if (run.ended) rest.timer = setTimeout(() => this.rested(id), REST_MS).unref();
      this.resting.set(id, rest);
    }
    return { ...event, picture };
  }

  /** The run's code has ended. @returns a promise that all its pictures are sent; undefined if it has none to send */
  runEnded(run: PicturedRun): Promise<unknown> | undefined {
    run.ended = true;
    for (const [id, rest] of this.resting) if (rest.run === run) this.rested(id);
    const pending = this.pending.get(run);
    return pending && Promise.all(pending);
  }

  private rested(id: string): void {
    const rest = this.resting.get(id);
    this.resting.delete(id);
    if (rest) this.start(rest.item, rest.picture, rest.run, rest.send);
  }

  private start(item: MimeItem, picture: number, run: PicturedRun, send: (event: PictureEvent) => void): void {
    const pending = this.pending.get(run) ?? new Set();
    this.pending.set(run, pending);
    const made = this.make(item).then((bytes) => {
      send({ kind: 'picture', picture, ...(bytes && { item: { mime: PICTURE, bytes } }) });
      pending.delete(made);
      if (pending.size === 0) this.pending.delete(run);
    });
    pending.add(made);
  }
}

/**
 * Makes pictures in a thread.
 * @param folder that holds the thread's program, `worker.js`
 * @param log gets a sentence about each picture that cannot be made
 */
export function pictureThread(folder: string, log: (text: string) => void): MakePicture {
  let worker: Worker | undefined;
  let last = 0;
  const waiting = new Map<number, (bytes: Uint8Array | undefined) => void>();
  const answer = (job: number, bytes: Uint8Array | undefined) => {
    waiting.get(job)?.(bytes);
    waiting.delete(job);
  };
  const start = (): Worker => {
    const started = new Worker(path.join(folder, 'worker.js'), {
      workerData: { folder },
      execArgv: [],
      stdout: true,
      stderr: true,
    });
    started.on('message', (message: PictureAnswer) => {
      if ('reason' in message) log(`A picture could not be made: ${message.reason}`);
      answer(message.job, 'png' in message ? message.png : undefined);
    });
    // The next picture starts a new thread
    const gone = (why: string) => {
      if (worker !== started) return;
      worker = undefined;
      log(`The thread of pictures ended: ${why}`);
      for (const job of [...waiting.keys()]) answer(job, undefined);
    };
    started.on('error', (error) => gone(error.message));
    started.on('exit', (code) => gone(`exit code ${code}`));
    // After the listeners: one for messages makes the thread keep the process alive again
    started.unref();
    return started;
  };
  return (item) =>
    new Promise((resolve) => {
      const job = ++last;
      waiting.set(job, resolve);
      try {
        (worker ??= start()).postMessage({ job, item } satisfies PictureJob);
      } catch (e) {
        log(`A picture could not be made: ${(e as Error).message}`);
        answer(job, undefined);
      }
    });
}
