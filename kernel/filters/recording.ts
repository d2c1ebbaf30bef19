// Filters while a model learns: a snapshot now and then, thinned out where there are many.
import type { CustomCallback } from '@tensorflow/tfjs-layers';
import { DISPLAY, type Displayable } from '../display/displayable.ts';
import { FILTERS } from '../display/mime.ts';
import type { TensorLibrary } from '../viz/library.ts';
import { capture, captureSize, type Capture } from './capture.ts';
import { encodeFilters, MAX_NUMBERS, type Recording, type Snapshot } from './encode.ts';
import type { Subject } from './subject.ts';
import { filtersText } from './text.ts';

/** Numbers of all snapshots in memory: 32 MB. With more, every other snapshot is given up. */
const MAX_RECORDED = 8_000_000;
/** Snapshots in memory; an output shows fewer. */
const MAX_SNAPSHOTS = 400;

/** A snapshot of what a subject is now. */
export function take(tf: TensorLibrary, subject: Subject, label: string): Snapshot {
  let taken: Capture | undefined;
  tf.tidy(() => void (taken = capture(subject.steps(), subject.given, MAX_NUMBERS)));
  return { label, capture: taken! };
}

/** The output of a recording: its bytes and its text. */
export const bundleOf = (recording: Recording): Record<string, unknown> => ({
  [FILTERS]: encodeFilters(recording),
  'text/plain': filtersText(recording),
});

/**
 * The filters of a model at several times. The value of a cell or `display(recording)` draws what has been recorded so far, with a slider.
 *
 * ```ts
 * const filters = viz.recordFilters(model);
 * await model.fit(xs, ys, { epochs: 20, callbacks: filters.callback() });
 * filters
 * ```
 *
 * It is bounded: of many snapshots every other one is given up, then again every other one, and the output says so. The first and the last
 * one always stay.
 */
export class FilterRecording implements Displayable {
  private kept: Snapshot[] = [];
  /** Every so many snapshots are kept, and the last. */
  private every = 1;
  private taken = 0;

  /** Made by `viz.recordFilters`. */
  constructor(
    private readonly tf: TensorLibrary,
    private readonly subject: Subject,
    private readonly title: string,
  ) {}

  /** How many snapshots were taken. */
  get length(): number {
    return this.taken;
  }

  /**
   * Takes the filters as they are now, for a loop of your own.
   * @param label stands beside the slider, for example `epoch 3`; by default the number of the snapshot
   */
  snapshot(label?: string): void {
    const snapshot = take(this.tf, this.subject, label === undefined ? `snapshot ${this.taken + 1}` : String(label));
    // The one before was kept only as the last
    if (this.taken > 0 && (this.taken - 1) % this.every !== 0) this.kept.pop();
    this.kept.push(snapshot);
    this.taken++;
    const most = Math.min(MAX_SNAPSHOTS, Math.max(3, Math.floor(MAX_RECORDED / captureSize(snapshot.capture))));
    if (this.kept.length <= most) return;
    this.every *= 2;
    this.kept = this.kept.filter((_, i) => i % 2 === 0 || i === this.kept.length - 1);
  }

  /** A callback for `model.fit` and `fitDataset`: a snapshot before the training and one after each epoch. */
  callback(): CustomCallback {
    const epochs = this.taken;
    let done = 0;
    return new this.tf.CustomCallback({
      onTrainBegin: async () => this.snapshot(epochs === 0 ? 'before training' : undefined),
      onEpochEnd: async () => this.snapshot(`epoch ${++done}`),
    });
  }

  [DISPLAY](): Record<string, unknown> {
    if (this.taken === 0)
      throw new Error(
        'viz.recordFilters: nothing has been recorded yet; call snapshot() in your loop, or give callback() to model.fit',
      );
    return bundleOf({ title: this.title, view: 'filters', snapshots: this.kept, recorded: this.taken });
  }
}
