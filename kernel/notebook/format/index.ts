// The `.dlnb` format: reads a text as a notebook and prints it. Pure, for the extension host, the command line and
// tests.
export { FormatError, NewerVersionError, type Position } from './error.ts';
export { newCellId } from './id.ts';
export { decodeNotebook, MAX_FILE_LENGTH, parseNotebook, readNotes } from './parse.ts';
export { printNotebook } from './print.ts';
export type * from './types.ts';
