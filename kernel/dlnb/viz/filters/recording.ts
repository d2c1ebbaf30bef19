// Records filters while a model learns: snapshots, thinned out if there are many.
import type { CustomCallback } from '@tensorflow/tfjs-layers';
import { DISPLAY, type Displayable } from '../../../wire/displayable.ts';
import { FILTERS } from '../../../wire/mime.ts';
import { InOrder } from '../../../outputs/order.ts';
import { goOn, onHost, Unread } from '../../../outputs/tensor/read.ts';
import type { TensorLibrary } from '../../library.ts';
import { capture, captureSize, type Capture } from './capture.ts';
import { encodeFilters, MAX_NUMBERS, type Recording, type Snapshot } from './encode.ts';
import type { Step } from './forward.ts';
import type { Subject } from './subject.ts';
import { filtersText } from './text.ts';

/** Most numbers of all snapshots in memory: 32 MB. Beyond that, every other snapshot is dropped. */
const MAX_RECORDED = 8_000_000;
/** Most snapshots in memory; an output shows fewer. */
const MAX_SNAPSHOTS = 400;

/** A snapshot of the subject's current state; a promise if its values must be awaited. */
export function take(tf: TensorLibrary, subject: Subject, label: string): Snapshot | Promise<Snapshot> {
  let taken: Capture | Promise<Capture> | undefined;
  tf.tidy(() => {
    const steps = subject.steps();
    const all = (steps: readonly Step[]) => capture(steps, subject.given, MAX_NUMBERS);
    try {
      taken = all(steps);
    } catch (e) {
      if (!(e instanceof Unread)) throw e;
      taken = Promise.all(steps.map(readStep)).then(all);
    }
  });
  return goOn(taken!, (capture) => ({ label, capture }));
}

/** A step with the values of its tensors, which stay valid after these are disposed of. */
async function readStep(step: Step): Promise<Step> {
  const { convolution, output } = step;
  const here = await Promise.all([
    output && onHost(output),
    convolution && onHost(convolution.weights),
    convolution?.biases && onHost(convolution.biases),
  ]);
  const [read, weights, biases] = here;
  return {
    ...step,
    ...(read && { output: read }),
    ...(convolution && { convolution: { ...convolution, weights: weights!, ...(biases && { biases }) } }),
  };
}

/** The output of a recording: its payload and its text. */
export const bundleOf = (recording: Recording): Record<string, unknown> => ({
  [FILTERS]: encodeFilters(recording),
  'text/plain': filtersText(recording),
});

/**
 * The filters of a model at several times. As the value of a cell, or by `display(recording)`, it draws its snapshots
 * with a slider.
 *
 * It is bounded: if there are too many snapshots, every other one is dropped, again and again, and the output says so.
 * The first and the last one always stay.
 * @example
 * ```ts
 * const model = nn.lenet5({ seed: 1 });
 * const filters = viz.recordFilters(model.layers[1]);
 * filters.snapshot('before');
 * model.layers[1].setWeights(model.layers[1].getWeights().map((w) => w.mul(2)));
 * filters.snapshot('after');
 * filters;
 * ```
 */
export class FilterRecording implements Displayable {
  private kept: Snapshot[] = [];
  /** Every `step`-th snapshot is kept, and the last. */
  private every = 1;
  private taken = 0;
  /** Keeps snapshots in order if values must be awaited. */
  private readonly order = new InOrder();
  private asked = 0;
  /** The error of a snapshot that could not be read. */
  private failure: Error | undefined;

  /** Made by `viz.recordFilters`. */
  constructor(
    private readonly tf: TensorLibrary,
    private readonly subject: Subject,
    private readonly title: string,
  ) {}

  /** How many snapshots were taken. */
  get length(): number {
    return this.asked;
  }

  /**
   * Takes a snapshot of the filters, for a training loop of your own.
   * @param label is shown beside the slider, for example `epoch 3`; by default the number of the snapshot
   * @example
   * ```ts
   * const filters = viz.recordFilters(nn.lenet5({ seed: 1 }));
   * filters.snapshot('before training');
   * filters.length; // → 1
   * ```
   */
  snapshot(label?: string): void {
    const name = label === undefined ? `snapshot ${this.asked + 1}` : String(label);
    const taken = take(this.tf, this.subject, name);
    this.asked++;
    if (taken instanceof Promise) taken.catch((e: Error) => (this.failure = e));
    this.order.add(taken, (snapshot) => this.keep(snapshot));
  }

  private keep(snapshot: Snapshot): void {
    // The previous one was kept only because it was the last
    if (this.taken > 0 && (this.taken - 1) % this.every !== 0) this.kept.pop();
    this.kept.push(snapshot);
    this.taken++;
    const most = Math.min(MAX_SNAPSHOTS, Math.max(3, Math.floor(MAX_RECORDED / captureSize(snapshot.capture))));
    if (this.kept.length <= most) return;
    this.every *= 2;
    this.kept = this.kept.filter((_, i) => i % 2 === 0 || i === this.kept.length - 1);
  }

  /**
   * A callback for `model.fit` and `fitDataset`: a snapshot before the training and one after each epoch.
   * @example
   * ```ts
   * const model = nn.lenet5({ seed: 1 });
   * model.compile({ optimizer: optim.adam(), loss: losses.softmaxCrossEntropy() });
   * const filters = viz.recordFilters(model);
   * const { xs, ys } = data.dataset(data.digits({ n: 20 })).oneHot().tensors();
   * await model.fit(xs, ys, { epochs: 2, verbose: 0, callbacks: filters.callback() });
   * filters;
   * ```
   */
  callback(): CustomCallback {
    const epochs = this.asked;
    let done = 0;
    return new this.tf.CustomCallback({
      onTrainBegin: () => this.waited(epochs === 0 ? 'before training' : undefined),
      onEpochEnd: () => this.waited(`epoch ${++done}`),
    });
  }

  /** Takes a snapshot and resolves when its values are read, so that an epoch's tensors are not held for longer. */
  private async waited(label?: string): Promise<void> {
    this.snapshot(label);
    await this.order.idle();
  }

  [DISPLAY](): Record<string, unknown> | Promise<Record<string, unknown>> {
    return this.order.isIdle ? this.bundle() : this.order.idle().then(() => this.bundle());
  }

  private bundle(): Record<string, unknown> {
    if (this.failure) throw this.failure;
    if (this.taken === 0)
      throw new Error(
        'viz.recordFilters: nothing has been recorded yet; call snapshot() in your loop, or pass callback() to model.fit',
      );
    return bundleOf({ title: this.title, view: 'filters', snapshots: this.kept, recorded: this.taken });
  }
}
