// Where things lie in the program's memory, in bytes: for AssemblyScript, for TypeScript and for the build
// (`--memoryBase`). Plain numbers in ascending order, which both languages read alike.

// The words through which threads share out a task (pool.ts). Each word that several threads write has its own cache
// line.

/**
 * i64: number of the task in the upper 22 bits, then how many chunks are taken from the end, and from the beginning.
 */
export const TICKET = 1024;
/** i32: index of the task's function. */
export const TASK = 1088;
/** i32: how many chunks the task has. */
export const CHUNKS = 1092;
/** i32: how many of them are done. */
export const DONE = 1152;
/** i32: 1 while the main thread sleeps until they are. */
export const WAITING = 1156;
/** i32: number of the task; what idle workers watch. */
export const EPOCH = 1216;
/** i32: how many workers sleep. */
export const SLEEPERS = 1280;
/** i32: how many workers may be inside of a task. */
export const ACTIVE = 1344;

/** The argument record of the running op kernel: JavaScript writes it, and the tasks of all threads read it. */
export const ARGS = 2048;
/** The outer axes of a broadcast, records `Axis`: a part of an elementwise op's arguments. */
export const AXES = 3072;

/** The program's own constants and tables: what the compiler is told to begin with. */
export const PROGRAM_BASE = 65536;

/** Working memory of the threads: packed blocks of matrices and tiles of images. Behind it lie the tensors. */
export const SCRATCH_BASE = 1048576;
/** Bytes of it for each thread. */
export const SCRATCH_BYTES = 4194304;
