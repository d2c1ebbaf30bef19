// The checkpoints of `train.fit`: files of a folder, each a whole training: tensors and a state in JSON, as one
// safetensors file with a checksum. They are written beside their place and renamed, and the last good ones are kept.
import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { readSafetensors, writeSafetensors, type StoredTensor } from '../../formats/safetensors.ts';
import { PART, writeWhole } from '../../formats/write-whole.ts';
import { checkCount, checkNumber, checkOptions, shown } from '../options.ts';
import { CHECKPOINT, type CheckpointOptions } from './fit-api.ts';

/** What a file holds: values for JSON, and tensors by name. */
export interface Checkpoint {
  state: object;
  tensors: ReadonlyMap<string, StoredTensor>;
}

const FORMAT = 'dlnb-checkpoint';
const VERSION = '1';
const NAME = /^checkpoint-(\d{6,})\.safetensors$/;
/** Files that a killed training left half-written. */
const LEFT = /^(checkpoint-\d{6,}|best)\.safetensors\.[\da-f-]{36}\.part$/;
const nameOf = (number: number) => `checkpoint-${String(number).padStart(6, '0')}.safetensors`;

/** The bytes of a checkpoint. */
export function encodeCheckpoint({ state, tensors }: Checkpoint): Uint8Array {
  const text = JSON.stringify(state, (_, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? { number: String(value) } : value,
  );
  const sha256 = checksum(text, tensors);
  return writeSafetensors(tensors, { format: FORMAT, version: VERSION, state: text, sha256 });
}

/** @throws Error that says what is wrong, if the bytes are not those of a whole checkpoint */
export function decodeCheckpoint(bytes: Uint8Array, where: string): Checkpoint {
  if (bytes.length === 0) throw new Error(`${where} is empty`);
  const { tensors, metadata } = readSafetensors(bytes, where);
  const { format, version, state, sha256 } = metadata ?? {};
  if (format !== FORMAT || state === undefined) throw new Error(`${where} is not a checkpoint of train.fit`);
  if (version !== VERSION)
    throw new Error(`${where} is a checkpoint of version ${version}, and this program reads version ${VERSION}`);
  if (checksum(state, tensors) !== sha256) throw new Error(`${where} is damaged: its checksum is wrong`);
  const revived = JSON.parse(state, (_, value: unknown) => {
    const { number, ...rest } = (typeof value === 'object' && value !== null ? value : {}) as { number?: unknown };
    return typeof number === 'string' && Object.keys(rest).length === 0 ? Number(number) : value;
  }) as object;
  return { state: revived, tensors };
}

function checksum(state: string, tensors: ReadonlyMap<string, StoredTensor>): string {
  const hash = createHash('sha256').update(state);
  for (const [name, { dtype, shape, data }] of [...tensors].sort(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(JSON.stringify([name, dtype, shape])).update(data);
  return hash.digest('hex');
}

/** An error of the file system in words. */
export function fileTrouble(e: unknown): string {
  const { code, message } = e as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'no space is left on the disk';
    case 'EFBIG':
      return 'the file would be larger than is allowed';
    case 'EACCES':
    case 'EPERM':
      return 'it may not be written to';
    case 'EROFS':
      return 'the file system is read-only';
    case 'ENOTDIR':
    case 'EEXIST':
      return 'a part of the path is a file, not a folder';
    default:
      return message;
  }
}

/** The option `checkpoint` with all values. */
interface Settings {
  folder: string;
  every: { steps?: number; epochs?: number; seconds?: number };
  keep: number;
  best: boolean;
}

function settingsOf(where: string, given: string | CheckpointOptions, base: string): Settings {
  const what = `${where}: checkpoint`;
  if (typeof given !== 'string' && (typeof given !== 'object' || given === null))
    throw new TypeError(
      `${what} must be a folder, as 'checkpoints/mlp', or { folder, every, keep }, got ${shown(given)}`,
    );
  const options = typeof given === 'string' ? { folder: given } : given;
  checkOptions(what, options, CHECKPOINT);
  const { folder, every = { epochs: 1 }, keep = 2, best = false } = options;
  if (typeof folder !== 'string' || folder === '')
    throw new TypeError(`${what}: folder must be the path of a folder, as 'checkpoints/mlp', got ${shown(folder)}`);
  const entries = Object.entries((every ?? {}) as object) as [string, number][];
  if (typeof every !== 'object' || entries.length !== 1 || !/^(steps|epochs|seconds)$/.test(entries[0]![0]))
    throw new TypeError(
      `${what}: every must be { steps }, { epochs } or { seconds }, as { steps: 100 }, got ${shown(every)}`,
    );
  const [[unit, number]] = entries as [[string, number]];
  if (unit === 'seconds') checkNumber(what, 'every.seconds', number);
  else checkCount(what, `every.${unit}`, number);
  return { folder: path.resolve(base, folder), every, keep: checkCount(what, 'keep', keep), best };
}

/** The folder of one training. */
export class Checkpoints {
  private readonly told = new Set<string>();
  private savedAt: number;
  private savedStep = 0;
  private lastGood: string | undefined;

  private constructor(
    private readonly where: string,
    private readonly settings: Settings,
    private readonly clock: () => number,
    /** Numbers of the files that are there, in order. */
    private numbers: number[],
  ) {
    this.savedAt = clock();
  }

  /**
   * Makes the folder if need be, and tries to write into it.
   * @throws TypeError, RangeError for wrong options; Error if the folder cannot be written to
   */
  static async open(
    where: string,
    given: string | CheckpointOptions,
    { folder: base, clock }: { folder: string; clock: () => number },
  ): Promise<Checkpoints> {
    const settings = settingsOf(where, given, base);
    const { folder } = settings;
    try {
      await mkdir(folder, { recursive: true });
      const probe = path.join(folder, `.${process.pid}${PART}`);
      const handle = await open(probe, 'w');
      await handle.close();
      await rm(probe, { force: true });
    } catch (e) {
      throw new Error(
        `${where}: checkpoints cannot be written to ${folder}: ${fileTrouble(e)}. Give checkpoint another folder.`,
        { cause: e },
      );
    }
    const names = await readdir(folder);
    for (const name of names) if (LEFT.test(name)) await rm(path.join(folder, name), { force: true }).catch(() => {});
    const numbers = names.flatMap((name) => Number(NAME.exec(name)?.[1] ?? NaN)).filter((n) => !Number.isNaN(n));
    return new Checkpoints(
      where,
      settings,
      clock,
      numbers.sort((a, b) => a - b),
    );
  }

  get folder(): string {
    return this.settings.folder;
  }

  /** Whether best epochs are kept besides. */
  get keepsBest(): boolean {
    return this.settings.best;
  }

  /** Whether there are checkpoints of an earlier training. */
  get hasOld(): boolean {
    return this.numbers.length > 0;
  }

  /** The step that was saved last. */
  get step(): number {
    return this.savedStep;
  }

  /** The file of the newest that was written or read. */
  get last(): string | undefined {
    return this.lastGood;
  }

  /** The newest good checkpoint; those that are not are passed over, which a warning says. */
  async load(): Promise<{ file: string; checkpoint: Checkpoint } | undefined> {
    for (const number of [...this.numbers].reverse()) {
      const file = path.join(this.folder, nameOf(number));
      try {
        const checkpoint = decodeCheckpoint(await readFile(file), file);
        this.lastGood = file;
        return { file, checkpoint };
      } catch (e) {
        const earlier = this.numbers.some((n) => n < number);
        console.warn(
          `${this.where}: a checkpoint is passed over: ${(e as Error).message}. ` +
            (earlier ? 'The one before it is used.' : 'There is none before it.'),
        );
      }
    }
    return undefined;
  }

  /** Whether it is time for one after a step. */
  isDue(step: number): boolean {
    const { steps, seconds } = this.settings.every;
    if (steps !== undefined) return step - this.savedStep >= steps;
    return seconds !== undefined && this.clock() - this.savedAt >= 1000 * seconds;
  }

  /** Whether it is time for one after an epoch, counted from 1. */
  isDueAfterEpoch(epoch: number, step: number): boolean {
    const { epochs } = this.settings.every;
    return epochs === undefined ? this.isDue(step) : epoch % epochs === 0;
  }

  /** A training that goes on has this step saved. */
  resumedAt(step: number): void {
    this.savedStep = step;
    this.savedAt = this.clock();
  }

  /** Writes one, and removes those that are too many. Failures are told once of each kind, and change nothing. */
  async save(checkpoint: Checkpoint, step: number): Promise<void> {
    this.savedStep = step;
    this.savedAt = this.clock();
    const number = (this.numbers.at(-1) ?? 0) + 1;
    const file = path.join(this.folder, nameOf(number));
    try {
      await writeWhole(file, encodeCheckpoint(checkpoint), { durable: true });
    } catch (e) {
      return this.tell(e);
    }
    this.lastGood = file;
    this.numbers.push(number);
    const old = this.numbers.splice(0, Math.max(0, this.numbers.length - this.settings.keep));
    for (const n of old) await rm(path.join(this.folder, nameOf(n)), { force: true }).catch(() => {});
  }

  /** Writes the best epoch besides. */
  async saveBest(checkpoint: Checkpoint): Promise<void> {
    try {
      await writeWhole(path.join(this.folder, 'best.safetensors'), encodeCheckpoint(checkpoint), { durable: true });
    } catch (e) {
      this.tell(e);
    }
  }

  private tell(e: unknown): void {
    const why = fileTrouble(e);
    if (this.told.has(why)) return;
    this.told.add(why);
    const last = this.lastGood ? `The last good checkpoint is ${this.lastGood}` : 'There is no checkpoint of it yet';
    console.warn(
      `${this.where}: a checkpoint could not be written to ${this.folder}: ${why}. ${last}. The training goes on, and ` +
        'the next checkpoint is tried as usual.',
    );
  }

  /** Whether a folder has checkpoints, for a message. */
  async describe(): Promise<string> {
    const is = await stat(this.folder).catch(() => undefined);
    return is
      ? `${this.folder} has ${this.numbers.length === 0 ? 'none' : 'no good one'}`
      : `${this.folder} is not there`;
  }
}
