// Writes filters and feature maps as payloads.
import { FILTERS_FORMAT, type FiltersHeader, type FilterStage } from '../../../wire/filters.ts';
import { bytesOf, encodeHead, MAX_PAYLOAD, shortened, writePayload } from '../../../wire/payload.ts';
import { captureSize, reduced, type Capture, type CapturedStage } from './capture.ts';

/** Numbers that fit into a payload beside its head. */
export const MAX_NUMBERS = 235_000;

const MAX_STAGES = 300;
/** At least this many snapshots are held, even if filters and maps must be cut for them. */
const LEAST_SNAPSHOTS = 12;
/** A slider with more snapshots would be useless. */
const MOST_SNAPSHOTS = 200;

export interface Snapshot {
  label: string;
  capture: Capture;
}

export interface Recording {
  title: string;
  view: FiltersHeader['view'];
  /** Snapshots of one model, oldest first. */
  snapshots: readonly Snapshot[];
  /** How many snapshots were taken. */
  recorded: number;
}

/** A payload of at most {@link MAX_PAYLOAD} bytes. */
export function encodeFilters(recording: Recording): Uint8Array {
  for (let room = MAX_NUMBERS; ; room = Math.floor(room * 0.9)) {
    const bytes = encodeInto(recording, room);
    if (bytes.length <= MAX_PAYLOAD) return bytes;
  }
}

/** @param room for this many numbers */
function encodeInto({ title, view, snapshots, recorded }: Recording, room: number): Uint8Array {
  const size = captureSize(snapshots.at(-1)!.capture);
  const most = Math.min(MOST_SNAPSHOTS, Math.max(LEAST_SNAPSHOTS, Math.floor(room / Math.max(1, size))));
  const kept = thinned(snapshots, most);
  const captures = kept.map(({ capture }) => reduced(capture, Math.floor(room / kept.length)));
  const [{ stages, examples, given }] = captures as [Capture];
  const numbers = new Numbers();
  const shown = stages.slice(0, MAX_STAGES);
  const omitted = stages.filter(({ unfit }, i) => i >= MAX_STAGES || unfit).map(({ name }) => shortened(name));
  const head: FiltersHeader = {
    title: shortened(title),
    view,
    snapshots: kept.map(({ label }) => shortened(label)),
    ...(recorded > kept.length ? { recorded } : {}),
    ...(given > 0 ? { examples: { held: examples, given } } : {}),
    stages: shown.map((stage, i) =>
      encodeStage(
        stage,
        captures.map((c) => c.stages[i]!),
        numbers,
      ),
    ),
    ...(omitted.length > 0 ? { omitted: [...new Set(omitted)].slice(0, MAX_STAGES) } : {}),
  };
  return writePayload(FILTERS_FORMAT, encodeHead(head), bytesOf(numbers.all()));
}

/** At most `most` entries, evenly spaced, with the first and the last. */
export function thinned<T>(all: readonly T[], most: number): T[] {
  if (all.length <= most) return [...all];
  const step = Math.ceil((all.length - 1) / (most - 1));
  return all.filter((_, i) => i % step === 0 || i === all.length - 1);
}

/** @param same this stage in each of the snapshots */
function encodeStage(stage: CapturedStage, same: readonly CapturedStage[], numbers: Numbers): FilterStage {
  const { name, type, from, kernel, maps } = stage;
  const encoded: FilterStage = { name: shortened(name), type: shortened(type) };
  if (from !== undefined) encoded.from = from;
  if (kernel) {
    const { weights: _, biases, overview, overviews, ...facts } = kernel;
    encoded.kernel = { ...facts, at: numbers.add(same.map((s) => s.kernel!.weights)) };
    if (biases) encoded.kernel.bias = numbers.add(same.map((s) => s.kernel!.biases!));
    if (overview)
      encoded.kernel.overview = { at: numbers.add(same.map((s) => s.kernel!.overview!)), filters: overviews };
  }
  if (maps) {
    const { shape, step, held } = maps;
    const at = numbers.add(same.map((s) => s.maps!.values));
    encoded.maps = { shape, step, held, at, peaks: numbers.add(same.map((s) => s.maps!.peaks)) };
  }
  return encoded;
}

/** Collects the numbers of the body. */
class Numbers {
  private readonly parts: Float32Array[] = [];
  private length = 0;

  /** @returns the place of the first of them */
  add(parts: readonly Float32Array[]): number {
    const at = this.length;
    for (const part of parts) {
      this.parts.push(part);
      this.length += part.length;
    }
    return at;
  }

  all(): Float32Array {
    const all = new Float32Array(this.length);
    let at = 0;
    for (const part of this.parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }
}
