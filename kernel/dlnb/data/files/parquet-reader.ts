// The libraries that read Parquet files, by their names: a bundle of its own (dist/parquet.js), loaded at the first one.
// Only what is called is in it.
import { decompress } from 'fzstd';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';

export const fzstd = { decompress };
export const hyparquet = { parquetMetadata, parquetReadObjects };
