// The data of one training run: recorded values, progress, best epoch. Pure: the clock is a parameter.
import type { TrainingBest, TrainingRun, TrainingState } from '../../wire/training.ts';
import { clockText, durationText, Meter, rateText, type Clock } from '../progress/meter.ts';
import { MORE_IS_BETTER } from '../../formats/run-files.ts';
import { Series } from './series.ts';

/** Largest number of non-finite values whose places are kept. */
const NOT_FINITE = 20;

/** Largest number of marks, and the time in which a knob that is turned on has one mark, in milliseconds. */
const [MARKS, ONE_TURN_MS] = [100, 500];

/** Whether larger values of a metric of this name are better. */
export const isMoreBetter = (name: string): boolean => MORE_IS_BETTER.test(name);

/** The expected numbers of steps and epochs. */
export interface RunTotals {
  steps?: number;
  epochs?: number;
}

/** What a run has recorded. */
export class RunData {
  steps = 0;
  epochs = 0;
  state: TrainingState = 'running';
  totals: RunTotals = {};
  private readonly series = new Map<string, Series>();
  private notFinite: TrainingRun['notFinite'] = [];
  private notFiniteCount = 0;
  private readonly marks: { name: string; step: number; text: string; at: number }[] = [];
  private best: TrainingBest | undefined;
  /** Number of steps at the end of the last epoch. */
  private epochStep = 0;
  private readonly meter: Meter;

  /** @param monitor name of the value that decides which epoch is best; by default `val_loss`, else `loss` */
  constructor(
    readonly name: string,
    private readonly monitor: string | undefined,
    private readonly clock: Clock,
  ) {
    this.meter = new Meter(undefined, undefined, clock);
  }

  step(values: Record<string, number>): void {
    this.steps++;
    this.meter.advance();
    for (const [name, value] of Object.entries(values)) this.add(name, 'step', this.steps, value);
  }

  epoch(values: Record<string, number>): void {
    this.epochs++;
    this.epochStep = this.steps;
    // Without steps, the epochs are counted
    const at = this.steps || this.epochs;
    for (const [name, value] of Object.entries(values)) this.add(name, 'epoch', at, value);
    this.judge(values, at);
  }

  /** Marks the present step: a knob of this name was turned. A turn of several values is one mark. */
  mark(name: string, text: string): void {
    const at = this.clock();
    const last = this.marks.findLast((mark) => mark.name === name);
    if (last && at - last.at < ONE_TURN_MS) Object.assign(last, { text, at });
    else if (this.marks.length < MARKS) this.marks.push({ name, step: this.steps, text, at });
  }

  end(state: Exclude<TrainingState, 'running'>): void {
    this.state = state;
  }

  /** Number of points in all curves. */
  get points(): number {
    return [...this.series.values()].reduce((sum, s) => sum + s.length, 0);
  }

  /** The whole run. @param thin number of neighboring points that are replaced by their mean */
  snapshot(thin = 1): TrainingRun {
    // Epochs are too few to need thinning
    return this.describe([...this.series.values()].map((s) => s.snapshot(s.per === 'step' ? thin : 1)));
  }

  /** The state of the run, with the points since the last call. */
  delta(): TrainingRun {
    return this.describe([...this.series.values()].flatMap((s) => s.takeNew() ?? []));
  }

  /** The last value of each curve. */
  latest(): Record<string, number> {
    return Object.fromEntries([...this.series.values()].map((s) => [s.name, s.last]));
  }

  /** The state of the run as a line of text. */
  text(): string {
    const { seconds, stepsPerSecond, left, best, totalSteps, totalEpochs, notFiniteCount } = this.describe([]);
    const of = (n: number, total: number | undefined) => (total === undefined ? String(n) : `${n}/${total}`);
    const value = (n: number) => (Number.isFinite(n) ? String(Number(n.toPrecision(4))) : String(n));
    const state = this.state === 'running' || this.state === 'done' ? '' : `${this.state} at `;
    const facts = [
      ...(this.epochs || totalEpochs ? [`epoch ${of(this.epochs, totalEpochs)}`] : []),
      ...(this.steps ? [`step ${of(this.steps, totalSteps)}`] : []),
      ...Object.entries(this.latest()).map(([name, v]) => `${name} ${value(v)}`),
      // The rate of a very short run means nothing
      ...(stepsPerSecond && seconds >= 0.1
        ? [rateText(stepsPerSecond).replace('/s', ' steps/s').replace('each', 'a step')]
        : []),
      this.state === 'running' && left !== undefined ? `${clockText(left)} left` : durationText(seconds),
      ...(best ? [`best ${best.series} ${value(best.value)} at epoch ${best.epoch}`] : []),
      ...(notFiniteCount > 0
        ? [
            `${notFiniteCount} values NaN or infinite, first ${this.notFinite[0]!.series} at step ${this.notFinite[0]!.step}`,
          ]
        : []),
    ];
    return `${this.name}: ${state}${facts.join(' · ')}`;
  }

  private add(name: string, per: 'step' | 'epoch', at: number, value: number): void {
    const key = `${per}:${name}`;
    let series = this.series.get(key);
    if (!series) this.series.set(key, (series = new Series(name, per)));
    series.add(at, value);
    if (Number.isFinite(value)) return;
    this.notFiniteCount++;
    if (this.notFinite.length < NOT_FINITE) this.notFinite.push({ series: name, step: at, value: String(value) });
  }

  private judge(values: Record<string, number>, step: number): void {
    const series = this.monitor ?? ('val_loss' in values ? 'val_loss' : 'loss');
    const value = values[series];
    if (value === undefined || !Number.isFinite(value)) return;
    const better =
      !this.best ||
      this.best.series !== series ||
      (MORE_IS_BETTER.test(series) ? value > this.best.value : value < this.best.value);
    if (better) this.best = { series, epoch: this.epochs, step, value };
  }

  private describe(series: TrainingRun['series']): TrainingRun {
    const { name, state, steps, epochs, best, notFinite, notFiniteCount } = this;
    if (state !== 'running') this.meter.end('done');
    const { seconds, rate } = this.meter.report();
    const total = this.totalSteps();
    const done = total ? steps / total : this.totals.epochs ? epochs / this.totals.epochs : 0;
    return {
      name,
      state,
      steps,
      epochs,
      ...(total !== undefined && { totalSteps: total }),
      ...(this.totals.epochs !== undefined && { totalEpochs: this.totals.epochs }),
      seconds,
      ...(rate !== undefined && steps > 0 && { stepsPerSecond: rate }),
      // From the mean of the whole run, not of the last seconds: validation happens only once an epoch
      ...(state === 'running' && done > 0 && { left: Math.max(0, seconds / done - seconds) }),
      ...(best && { best }),
      series,
      notFinite,
      notFiniteCount,
      ...(this.marks.length > 0 && { marks: this.marks.map(({ step, text }) => ({ step, text })) }),
    };
  }

  /** The given total, or an estimate from the epochs so far. */
  private totalSteps(): number | undefined {
    const { totals, epochs, epochStep } = this;
    if (totals.steps !== undefined || totals.epochs === undefined || epochs === 0 || epochStep === 0)
      return totals.steps;
    return Math.round((epochStep / epochs) * totals.epochs);
  }
}
