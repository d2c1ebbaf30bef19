// Keeps the listeners of the kernel and of Node on `process` when a cell removes all listeners, as test libraries do.
// Without them the kernel hears no more messages, and the next error ends it.

type Listener = (...args: never[]) => unknown;

/**
 * Protects the listeners that `process` has now: `removeAllListeners` and `removeListener` leave them, and `listeners`
 * does not list them, so that code which saves, removes and restores the listeners finds only those of cells.
 */
export function keepListeners(process: NodeJS.Process): void {
  const kept = new Map<string | symbol, Set<unknown>>();
  const emitter = process as unknown as {
    eventNames(): (string | symbol)[];
    rawListeners(event: string | symbol): Listener[];
    listeners(event: string | symbol): Listener[];
    removeListener(event: string | symbol, listener: Listener): unknown;
  };
  for (const event of emitter.eventNames())
    kept.set(event, new Set([...emitter.rawListeners(event), ...emitter.listeners(event)]));
  const raw = emitter.rawListeners.bind(process);
  const listeners = emitter.listeners.bind(process);
  const remove = emitter.removeListener.bind(process);
  const isKept = (event: string | symbol, listener: unknown) => kept.get(event)?.has(listener) ?? false;
  const others = (event: string | symbol, list: Listener[]) => list.filter((listener) => !isKept(event, listener));
  const removeOne = (event: string | symbol, listener: Listener) => {
    if (!isKept(event, listener)) remove(event, listener);
    return process;
  };
  const removeAll = (...events: (string | symbol)[]) => {
    for (const event of events.length > 0 ? events.slice(0, 1) : emitter.eventNames())
      for (const listener of others(event, raw(event))) remove(event, listener);
    return process;
  };
  const methods = {
    removeListener: removeOne,
    off: removeOne,
    removeAllListeners: removeAll,
    listeners: (event: string | symbol) => others(event, listeners(event)),
    rawListeners: (event: string | symbol) => others(event, raw(event)),
  };
  for (const [name, value] of Object.entries(methods))
    Object.defineProperty(process, name, { value, configurable: true, writable: true });
}
