// The libraries that read Parquet files, by their names: a bundle of its own (dist/parquet.js), loaded at the first one.
export * as hyparquet from 'hyparquet';
export * as fzstd from 'fzstd';
