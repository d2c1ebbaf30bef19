// The libraries that read tables and archives, by their names: a bundle of its own (dist/readers.js), loaded at the
// first such file. Only what is called is in it.
import { parse } from 'csv-parse/sync';
import { unzipSync, zipSync } from 'fflate';

const csv = { parse };
export { csv as 'csv-parse/sync' };
export const fflate = { unzipSync, zipSync };
