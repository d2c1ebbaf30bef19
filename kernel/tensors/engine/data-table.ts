// What the engine knows about the data of tensors, kept at the data's own objects: it is found faster there than
// through a WeakMap.
import type { DataInfo, DataTable } from './types.ts';

export class DataInfos implements DataTable {
  get(dataId: object): DataInfo | undefined {
    const { engineInfo } = dataId as { engineInfo?: DataInfo & { table: DataInfos } };
    return engineInfo !== undefined && engineInfo.table === this ? engineInfo : undefined;
  }
  has(dataId: object): boolean {
    return this.get(dataId) !== undefined;
  }
  set(dataId: object, { backend, dtype, shape, bytes }: DataInfo): void {
    (dataId as { engineInfo?: object }).engineInfo = { backend, dtype, shape, bytes, table: this };
  }
  delete(dataId: object): boolean {
    const known = this.has(dataId);
    if (known) (dataId as { engineInfo?: object | undefined }).engineInfo = undefined;
    return known;
  }
}
