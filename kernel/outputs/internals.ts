// Hides what Node's async hooks write on values: `[Symbol(async_id_symbol)]: 81` says nothing to users, and differs in
// each run.
import { inspect, types } from 'node:util';

const INTERNAL =
  /^(async_id_symbol|trigger_async_id_symbol|kResourceStore|kAsyncContext|async_context_frame|asyncId|triggerId)/;

/** Whether Node uses this symbol on values for its own ends. */
export const isInternal = (symbol: symbol): boolean => INTERNAL.test(symbol.description ?? '');

/** Makes the symbols of Node on a value invisible. They keep their values. */
export function hideInternals(value: unknown): void {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return;
  for (const symbol of Object.getOwnPropertySymbols(value)) {
    if (!isInternal(symbol)) continue;
    const property = Object.getOwnPropertyDescriptor(value, symbol)!;
    if (property.enumerable && property.configurable) Object.defineProperty(value, symbol, { enumerable: false });
  }
}

/** Makes every promise print without them, wherever it stands in a value. */
export function printPromisesPlainly(): void {
  const { prototype }: { prototype: object } = Promise;
  Object.defineProperty(prototype, inspect.custom, {
    value(this: unknown) {
      hideInternals(this);
      // Node prints the value itself as usual if this is what it gets
      return this;
    },
    configurable: true,
    writable: true,
  });
}
