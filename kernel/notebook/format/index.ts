// The `.dlnb` format: text <-> notebook. Pure: it runs in the extension host, in the CLI and in tests.
export { FormatError, NewerVersionError, type Position } from './error.ts';
export { newCellId } from './id.ts';
export { decodeNotebook, MAX_FILE_LENGTH, parseNotebook } from './parse.ts';
export { printNotebook } from './print.ts';
export type * from './types.ts';
