// The thread pool, seen from inside: through a few words of shared memory the main thread hands out the chunks of a
// task, and the workers take them. A task is a function of this program; its arguments lie in shared memory too
// (memory-map.ts).

import { ACTIVE, ARGS, CHUNKS, DONE, EPOCH, SLEEPERS, TASK, TICKET, WAITING } from './memory-map';
import { SCRATCH_BASE, SCRATCH_BYTES } from './memory-map';

/** Bits of the ticket for each of the two numbers of chunks. */
const BITS: i64 = 21;
const MASK: i64 = (1 << BITS) - 1;
/** More chunks taken than a task has: none is left. */
const CLOSED: i64 = MASK;

/** How often an idle thread looks before it sleeps. */
let spins: i32 = 0;
let threads: i32 = 1;
let running: bool = false;
/** Which thread of the pool this instance runs in; 0 is the main one. */
let thread: i32 = 0;

/** The arguments of the running task, as a record of the shape that the task knows. */
// @ts-ignore: decorator
@inline
export function args<T>(): T {
  return changetype<T>(ARGS);
}

/** Memory for this thread alone, while it works on a chunk; `scratchBytes()` long, aligned to 64. */
// @ts-ignore: decorator
@inline
export function scratch(): usize {
  return SCRATCH_BASE + <usize>thread * SCRATCH_BYTES;
}

// @ts-ignore: decorator
@inline
export function scratchBytes(): usize {
  return SCRATCH_BYTES;
}

/** Which thread of the pool this is; 0 is the main one. */
// @ts-ignore: decorator
@inline
export function threadId(): i32 {
  return thread;
}

// @ts-ignore: decorator
@inline
export function threadCount(): i32 {
  return threads;
}

/**
 * Called once in each instance.
 * @param id 0 in the main thread, 1… in the workers
 * @param count threads in all
 * @param spin how often to look before sleeping
 */
export function initThread(id: i32, count: i32, spin: i32): void {
  thread = id;
  threads = count;
  spins = spin;
}

/**
 * How many chunks `n` units of work are cut into, if fewer than `grain` are not worth a chunk of their own: at most
 * eight for each thread, so that a thread that was delayed does not delay all. It depends on nothing else, so that
 * results do not either.
 */
// @ts-ignore: decorator
@inline
export function chunksOf(n: i32, grain: i32): i32 {
  if (threads == 1) return 1;
  return max(1, min(threads * 8, n / max(1, grain)));
}

/** Where chunk `i` of `chunks` begins, of `n` units in steps of `step`. */
// @ts-ignore: decorator
@inline
export function bound(n: i32, step: i32, i: i32, chunks: i32): i32 {
  const steps = <i64>((n + step - 1) / step);
  return min(n, <i32>((steps * i) / chunks) * step);
}

/** The ticket of a task before any chunk is taken. */
// @ts-ignore: decorator
@inline
function ticketOf(epoch: i32): i64 {
  return <i64>epoch << (2 * BITS);
}

/**
 * Runs the function with index `task` once for each chunk, fewer than 2²¹, on all threads, and returns when all are
 * done.
 */
export function parallel(task: i32, chunks: i32): void {
  if (threads == 1 || chunks <= 1) {
    for (let i = 0; i < chunks; i++) call_indirect<void>(task, i, chunks);
    return;
  }
  const last = atomic.load<i32>(EPOCH);
  const epoch = last + 1;
  if (running) {
    // The last task was interrupted from outside. No thread may take more of its chunks, and all must have left it.
    atomic.store<i64>(TICKET, ticketOf(epoch));
    while (atomic.load<i32>(ACTIVE) > 0) {}
  }
  running = true;
  // Closed first: a worker that has read the last ticket, with all chunks taken, must not take it for one of the new
  // task
  atomic.store<i64>(TICKET, ticketOf(epoch) | CLOSED);
  atomic.store<i32>(TASK, task);
  atomic.store<i32>(CHUNKS, chunks);
  atomic.store<i32>(DONE, 0);
  atomic.store<i64>(TICKET, ticketOf(epoch));
  atomic.store<i32>(EPOCH, epoch);
  if (atomic.load<i32>(SLEEPERS) > 0) atomic.notify(EPOCH, -1);
  take(epoch);
  let looks = 0;
  while (true) {
    const done = atomic.load<i32>(DONE);
    if (done == chunks) break;
    if (++looks < spins) continue;
    atomic.store<i32>(WAITING, 1);
    atomic.wait<i32>(DONE, done, 1000000);
    atomic.store<i32>(WAITING, 0);
  }
  running = false;
}

/**
 * Works on chunks of the task `epoch` until none is left. Every other thread takes them from the end: with tensors of
 * the same size a thread gets the same half most of the time, which is in its cache.
 */
function take(epoch: i32): void {
  const fromEnd = (thread & 1) != 0;
  while (true) {
    const ticket = atomic.load<i64>(TICKET);
    if ((ticket ^ ticketOf(epoch)) >> (2 * BITS)) return;
    // Valid if the exchange succeeds: the next task is set up only when all chunks of this one are done, and its ticket
    // is no longer valid
    const task = atomic.load<i32>(TASK);
    const chunks = atomic.load<i32>(CHUNKS);
    const first = <i32>(ticket & MASK);
    const last = chunks - 1 - <i32>((ticket >> BITS) & MASK);
    if (first > last) return;
    if (atomic.cmpxchg<i64>(TICKET, ticket, ticket + (fromEnd ? 1 << BITS : 1)) != ticket) continue;
    const chunk = fromEnd ? last : first;
    call_indirect<void>(task, chunk, chunks);
    const done = atomic.add<i32>(DONE, 1) + 1;
    if (done == chunks && thread != 0 && atomic.load<i32>(WAITING) != 0) atomic.notify(DONE, 1);
  }
}

/** The loop of a worker thread. It does not return. */
export function work(): void {
  let seen = 0;
  while (true) {
    let looks = 0;
    let epoch = atomic.load<i32>(EPOCH);
    while (epoch == seen) {
      if (++looks >= spins) {
        atomic.add<i32>(SLEEPERS, 1);
        atomic.wait<i32>(EPOCH, seen, -1);
        atomic.sub<i32>(SLEEPERS, 1);
        looks = 0;
      }
      epoch = atomic.load<i32>(EPOCH);
    }
    seen = epoch;
    atomic.add<i32>(ACTIVE, 1);
    take(epoch);
    atomic.sub<i32>(ACTIVE, 1);
  }
}

/** Looks `n` times, for the main thread to time how long a look takes. */
export function look(n: i32): i32 {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += atomic.load<i32>(EPOCH);
  return sum;
}
