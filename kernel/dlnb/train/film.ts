// `train.film`: figures of a model recorded while it trains, then one slider of steps that moves them all, with the
// cursor of the loss.
import type { CustomCallback } from '@tensorflow/tfjs-layers';
import { DISPLAY, type Displayable } from '../../wire/displayable.ts';
import { CONTROLS } from '../../wire/mime.ts';
import { MAX_MOMENTS, MAX_SHOWN, type ControlsPayload, type Part } from '../../wire/controls.ts';
import type { MimeBundle } from '../../wire/protocol.ts';
import { Frames } from '../explore/grid.ts';
import { panelText, type PanelHost } from '../explore/panel.ts';
import { partOf, valuesOf } from '../explore/parts.ts';
import { needLibrary, type LoadedLibrary } from '../library.ts';
import { checkCount, checkOptions, shown, type OptionNames } from '../options.ts';
import { line } from '../viz/curves.ts';

/** Options of {@link TrainFilms.film}. */
export interface FilmOptions<M> {
  /** Functions of the model, each of which gives a figure or another value that a cell can show, or a list of them. */
  of: readonly ((model: M) => unknown)[];
  /**
   * A moment every so many steps; by default about {@link MOMENTS} in the whole training. When a film gets too long,
   * every second moment is left out.
   */
  every?: number;
  /** Stands above the film. */
  title?: string;
}

const FILM_OPTIONS: OptionNames<FilmOptions<unknown>> = { of: true, every: 'number', title: 'text' };

/** A film that is being recorded. */
export interface Film {
  /**
   * Records a moment, if its turn has come: at each step of a loop of one's own. Costs what the functions cost.
   * @param step number of the step, growing
   * @param values of the step, such as `{ loss }`, for the curves with the cursor; tensors are not read
   */
  frame(step: number, values?: Record<string, number>): void;
  /** A callback for `model.fit`: `callbacks: [train.callback(), film.callback()]`. */
  callback(): CustomCallback;
  /**
   * Shows the film now. The end of the cell also does.
   * @example
   * ```ts
   * const weights = { w: 1 };
   * const film = train.film(weights, { of: [({ w }) => viz.line([0, w, 2 * w])] });
   * for (let step = 0; step < 5; step++) film.frame(step, { loss: (weights.w *= 0.9) });
   * film.show();
   * ```
   */
  show(): void;
}

/** `film` of `train`. */
export interface TrainFilms {
  /**
   * Records figures while a model trains, and shows them when the cell ends: one slider of steps moves all of them, and
   * a line in the curves of the loss. The film begins at its end and plays by its button; it needs no kernel.
   *
   * ```ts
   * import { train, viz } from 'dlnb';
   * const weights = [3, -2];
   * const film = train.film(weights, { of: [(w) => viz.line(w, { yRange: [-3, 3] })], every: 5 });
   * for (let step = 1; step <= 40; step++) {
   *   weights.forEach((w, i) => (weights[i] = 0.9 * w));
   *   film.frame(step, { loss: weights[0]! ** 2 + weights[1]! ** 2 });
   * }
   * ```
   *
   * @param model what the functions get; any value
   * @throws TypeError if `of` is no list of functions
   */
  film<M>(model: M, options: FilmOptions<M>): Film;
}

/** About so many moments are recorded of a training whose length is known. */
const MOMENTS = 60;
/** With more moments, every second one is left out. */
const MOST = 120;
/** And with more characters of outputs in memory. */
const MAX_MEMORY = 16_000_000;
/** The curves have at most so many points; then every second one is left out. */
const MAX_POINTS = 1000;

/** What films need from their session. */
export interface FilmHost extends Pick<PanelHost, 'bundle' | 'display' | 'run' | 'tidied'> {
  numberFor(run: object): number;
  loaded: LoadedLibrary;
}

/** `film`, and the events that its session reports to it. */
export interface FilmSession {
  films: TrainFilms;
  /** The run of a cell has ended: its films are shown. */
  runEnded(run: object): void;
}

interface Moment {
  step: number;
  parts: Part[] | Promise<Part[]>;
  length: number;
}

class RecordedFilm implements Film, Displayable {
  private moments: Moment[] = [];
  private every: number;
  private readonly points = new Map<string, { x: number[]; y: number[]; every: number; seen: number }>();
  private lastStep = 0;
  private fresh = false;
  private readonly number: number;
  readonly run: object;

  constructor(
    private readonly host: FilmHost,
    private readonly draw: () => unknown[],
    private readonly options: FilmOptions<never>,
  ) {
    this.run = host.run();
    this.number = host.numberFor(this.run);
    this.every = options.every ?? 1;
  }

  frame(step: number, values: Record<string, number> = {}): void {
    if (!Number.isFinite(step)) throw new TypeError(`film.frame: step must be a number, got ${shown(step)}`);
    if (this.moments.length > 0 && step <= this.lastStep)
      throw new RangeError(`film.frame: steps must grow; ${step} comes after ${this.lastStep}`);
    this.lastStep = step;
    for (const [name, value] of Object.entries(values)) if (typeof value === 'number') this.point(name, step, value);
    const last = this.moments.at(-1);
    if (!last || step - last.step >= this.every) this.record(step);
    this.fresh = true;
  }

  callback(): CustomCallback {
    const tf = needLibrary(this.host.loaded, 'train.film');
    let step = this.lastStep;
    let params: { epochs?: number; samples?: number | null; steps?: number | null; batchSize?: number | null } = {};
    class FilmCallback extends tf.CustomCallback {
      override setParams(p: object): void {
        params = p;
        super.setParams(p as Parameters<CustomCallback['setParams']>[0]);
      }
    }
    return new FilmCallback({
      onTrainBegin: async () => {
        step = this.lastStep;
        const { epochs, samples, steps, batchSize } = params;
        const perEpoch = steps ?? (samples && batchSize ? Math.ceil(samples / batchSize) : 0);
        const all = perEpoch * (epochs ?? 1);
        if (this.options.every === undefined && all > 0) this.every = Math.max(1, Math.round(all / MOMENTS));
      },
      onBatchEnd: async (_, logs) => {
        const loss = (logs as { loss?: unknown } | undefined)?.loss;
        this.frame(++step, typeof loss === 'number' ? { loss } : {});
      },
      onTrainEnd: async () => this.show(),
    });
  }

  show(): void {
    if (!this.fresh) return;
    this.fresh = false;
    // It begins at its end, so the end is in it
    if (this.moments.at(-1)!.step < this.lastStep) this.record(this.lastStep);
    this.host.display(this, `dlnb-film:${this.number}`, this.run);
  }

  private point(name: string, step: number, value: number): void {
    let points = this.points.get(name);
    if (!points) this.points.set(name, (points = { x: [], y: [], every: 1, seen: 0 }));
    if (points.seen++ % points.every !== 0) return;
    points.x.push(step);
    points.y.push(value);
    if (points.x.length <= MAX_POINTS) return;
    points.every *= 2;
    points.x = points.x.filter((_, i) => i % 2 === 0);
    points.y = points.y.filter((_, i) => i % 2 === 0);
  }

  private record(step: number): void {
    const { result, dispose } = this.host.tidied(this.draw, this.draw);
    const bundles = result.flatMap(valuesOf).map((value) => this.host.bundle(value));
    const parts = (made: MimeBundle[]) => {
      dispose();
      return made.slice(0, MAX_SHOWN - 1).map(partOf);
    };
    const moment: Moment = { step, parts: [], length: 0 };
    this.moments.push(moment);
    const take = (made: Part[]) => {
      moment.parts = made;
      moment.length = made.reduce((sum, part) => sum + JSON.stringify(part).length, 0);
      const memory = this.moments.reduce((sum, { length }) => sum + length, 0);
      if (this.moments.length > MOST || (memory > MAX_MEMORY && this.moments.length > 4)) this.thin();
    };
    if (!bundles.some((b) => b instanceof Promise)) return take(parts(bundles as MimeBundle[]));
    const later = Promise.all(bundles.map((b) => Promise.resolve(b))).then(parts);
    moment.parts = later;
    // An error is told by the film, which waits for it
    later.then(take, () => {});
  }

  private thin(): void {
    this.every *= 2;
    this.moments = everySecond(this.moments);
  }

  async [DISPLAY](): Promise<Record<string, unknown>> {
    const all = await Promise.all(this.moments.map(async ({ step, parts }) => ({ step, parts: await parts })));
    const loss = this.curves();
    for (let moments = all.slice(-MAX_MOMENTS); ; moments = everySecond(moments)) {
      const payload = this.payload(moments, loss);
      if (payload) return { [CONTROLS]: payload, 'text/plain': panelText(payload) };
    }
  }

  /** The curves of the values, in which the cursor moves. */
  private curves(): Part[] {
    if (this.points.size === 0) return [];
    const paths = [...this.points].map(([name, { x, y }]) => [name, x.map((step, i) => [step, y[i]!])] as const);
    const items = Object.entries(line(Object.fromEntries(paths), { xLabel: 'step', height: 240 })[DISPLAY]());
    return [
      {
        items: items.map(([mime, data]) => (typeof data === 'string' ? { mime, text: data } : { mime, json: data })),
        cursor: true,
      },
    ];
  }

  /** @returns undefined if it is too long for a document */
  private payload(moments: readonly { step: number; parts: Part[] }[], loss: Part[]): ControlsPayload | undefined {
    const last = moments.length - 1;
    const samples = [moments.map((_, i) => i)];
    const frames = new Frames(samples);
    moments.forEach(({ parts }, i) => frames.add(i, [...parts, ...loss]));
    const { title } = this.options;
    const grid = last > 0 ? frames.packAll() : undefined;
    if (last > 0 && !grid) return undefined;
    return {
      version: 1,
      of: 'film',
      panel: this.number,
      ...(title !== undefined && { title }),
      controls: [{ kind: 'steps', name: 'step', at: moments.map(({ step }) => step), value: last }],
      shown: [...moments[last]!.parts, ...loss],
      ...(grid && { grid }),
    };
  }
}

/** Every second one, with the first and the last. */
const everySecond = <T>(list: readonly T[]): T[] =>
  list.length < 3
    ? list.slice(-1)
    : list.filter((_, i) => i === list.length - 1 || (i % 2 === 0 && i < list.length - 2));

export function makeFilms(host: FilmHost): FilmSession {
  const films = new Set<RecordedFilm>();
  return {
    films: {
      film<M>(model: M, options: FilmOptions<M>): Film {
        checkOptions('train.film', options, FILM_OPTIONS as OptionNames<FilmOptions<M>>);
        const { of, every } = options;
        if (!Array.isArray(of) || of.length === 0 || !of.every((f) => typeof f === 'function'))
          throw new TypeError(
            `train.film: of must be a list of functions, such as [(model) => viz.histogram(…)], got ${shown(of)}`,
          );
        if (every !== undefined) checkCount('train.film', 'every', every);
        const film = new RecordedFilm(host, () => of.map((f) => f(model) as unknown), options);
        films.add(film);
        return film;
      },
    },
    runEnded(run) {
      for (const film of films) {
        if (film.run !== run) continue;
        films.delete(film);
        film.show();
      }
    },
  };
}
