// Starts the WebAssembly program that computes (assembly/), on as many threads as the processor has cores.
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import path from 'node:path';
import v8 from 'node:v8';
import { Worker } from 'node:worker_threads';
import { SCRATCH_BASE, SCRATCH_BYTES } from './assembly/memory-map.ts';
import { bind, type Exports, type RawExports } from './exports.ts';

export interface Program {
  exports: Exports;
  memory: WebAssembly.Memory;
  /** Whether multiply and add are one instruction. */
  relaxed: boolean;
  threads: number;
  /** The first byte that tensors may use. */
  heapBase: number;
  /** Why there is only one thread, if more were wanted. */
  notice?: string;
  /** Ends the worker threads. */
  stop(): void;
}

/** What a worker thread is started with. */
export interface WorkerSetUp {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  init: Parameters<RawExports['initThread']>;
}

/** Bytes of a page of WebAssembly memory. */
const PAGE = 65536;
/**
 * Memory that cannot be shared has this size from the start, 1 GiB; the system provides its pages when they are used.
 */
const FIXED_PAGES = 16384;
/** How long an idle thread spins before it sleeps: longer than the pause between two ops of a training step. */
const SPIN_MICROSECONDS = 150;

/** A function that adds a product with `f32x4.relaxed_madd`: does this engine know the instruction? */
const relaxedProbe = Uint8Array.of(
  ...[
    0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0, 65, 1, 253, 15, 65, 2, 253, 15,
  ],
  ...[65, 3, 253, 15, 253, 133, 2, 11],
);

/**
 * @param dist folder with `wasm/cpu-*.wasm` and `cpu-worker.js`
 * @param wanted number of threads
 */
export async function startProgram(dist: string, wanted: number): Promise<Program> {
  const relaxed = knowsRelaxed();
  // One thread, too, gets shared memory: growing does not move it, so that views of it stay valid
  const shared = typeof SharedArrayBuffer !== 'undefined';
  let notice: string | undefined;
  if (!shared && wanted > 1) {
    notice = 'This Node.js has no shared memory (SharedArrayBuffer): the device "cpu" computes on one thread.';
  }
  const memory = new WebAssembly.Memory({
    initial: shared ? 64 : FIXED_PAGES,
    maximum: shared ? 65536 : FIXED_PAGES,
    shared,
  });
  const program = readFileSync(path.join(dist, 'wasm', `cpu-${relaxed ? 'relaxed' : 'plain'}.wasm`));
  const module = await WebAssembly.compile(shared ? program : withOwnMemory(program));
  const instance = await WebAssembly.instantiate(module, { env: { memory, abort } });
  const raw = instance.exports as unknown as RawExports;
  const threads = shared ? wanted : 1;
  const spins = lookTimes(raw);
  const init = (id: number): WorkerSetUp['init'] => [id, threads, spins];
  const heapBase = SCRATCH_BASE + threads * SCRATCH_BYTES;
  memory.grow(Math.max(0, Math.ceil((heapBase - memory.buffer.byteLength) / PAGE)));
  const exports = bind(raw, memory);
  raw.initThread(...init(0));
  const workers: Worker[] = [];
  const stop = () => workers.forEach((w) => void w.terminate());
  try {
    for (let id = 1; id < threads; id++) workers.push(await startWorker(dist, { module, memory, init: init(id) }));
  } catch (e) {
    stop();
    raw.initThread(0, 1, spins);
    notice = `No worker thread can be started (${(e as Error).message}): the device "cpu" computes on one thread.`;
    return { exports, memory, relaxed, threads: 1, heapBase, notice, stop: () => {} };
  }
  return { exports, memory, relaxed, threads, heapBase, ...(notice ? { notice } : {}), stop };
}

/**
 * Whether the engine can run the program for relaxed SIMD. That one rounds a product and a sum once, the plain one
 * twice: a training ends with other bits, and much later with other weights. So Node.js 20, whose V8 knows relaxed SIMD
 * behind a flag only, is to run the same program as all newer ones.
 */
function knowsRelaxed(): boolean {
  if (WebAssembly.validate(relaxedProbe)) return true;
  if (!process.versions.node.startsWith('20.')) return false;
  v8.setFlagsFromString('--experimental-wasm-relaxed-simd');
  return WebAssembly.validate(relaxedProbe);
}

/**
 * The same program on memory that is not shared: they differ in a flag of the memory's import (3: shared, with a
 * maximum; 1: with a maximum).
 */
function withOwnMemory(program: Buffer): Buffer<ArrayBuffer> {
  const memoryImport = Buffer.from('\x03env\x06memory\x02\x03', 'latin1');
  const at = program.indexOf(memoryImport);
  if (at < 0) throw new Error('The WebAssembly program of the device "cpu" imports no shared memory.');
  const own = Buffer.from(program);
  own[at + memoryImport.length - 1] = 1;
  return own;
}

function abort(): never {
  throw new Error('The WebAssembly program of the device "cpu" has ended itself.');
}

async function startWorker(dist: string, setUp: WorkerSetUp): Promise<Worker> {
  const worker = new Worker(path.join(dist, 'cpu-worker.js'), {
    workerData: setUp,
    // without the flags, streams and environment of cells
    execArgv: [],
    stdin: false,
  });
  await new Promise<void>((resolve, reject) => {
    worker.once('message', () => resolve());
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`it ended with code ${code}`)));
  });
  worker.removeAllListeners();
  worker.on('error', () => {}); // when it is ended with the process
  worker.unref();
  return worker;
}

/** How often a thread can read a word of memory during the time that it is to spin. */
function lookTimes(exports: RawExports): number {
  const n = 100_000;
  exports.look(n);
  let best = Infinity;
  for (let i = 0; i < 3; i++) {
    const from = performance.now();
    exports.look(n);
    best = Math.min(best, performance.now() - from);
  }
  return Math.max(1000, Math.round((SPIN_MICROSECONDS / (best * 1000)) * n));
}

/** The processor's cores; a second thread on a core would only take registers and cache from the first. */
export function physicalCores(): number {
  const logical = availableParallelism();
  if (process.platform !== 'linux') {
    // Apple's and most ARM cores have one thread, Intel's and AMD's of desktops two
    return process.arch === 'x64' && cpus().length > 2 ? Math.max(1, Math.ceil(logical / 2)) : logical;
  }
  const cores = new Set<string>();
  for (let cpu = 0; cpu < cpus().length; cpu++) {
    try {
      cores.add(readFileSync(`/sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings_list`, 'utf8'));
    } catch {
      cores.add(String(cpu));
    }
  }
  return Math.max(1, Math.min(cores.size, logical));
}
