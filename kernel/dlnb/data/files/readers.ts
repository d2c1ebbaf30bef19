// The libraries that read tables and archives, by their names: a bundle of its own (dist/readers.js), loaded at the
// first such file.
export * as 'csv-parse/sync' from 'csv-parse/sync';
export * as fflate from 'fflate';
