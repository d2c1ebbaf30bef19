// Async hooks of cells. Node ends the process when a callback of `async_hooks.createHook` throws, and an interrupt
// throws in whatever code runs: so the callbacks are left to their end.
import asyncHooks, { type AsyncHook, type HookCallbacks } from 'node:async_hooks';
import { syncBuiltinESMExports } from 'node:module';

const NAMES = ['init', 'before', 'after', 'destroy', 'promiseResolve'] as const;

/**
 * Replaces `async_hooks.createHook`. A callback that throws is reported like any late error, and its hook is disabled.
 * @param undisturbed calls a function during which no interrupt throws
 */
export function guardAsyncHooks(undisturbed: <T>(call: () => T) => T): void {
  const { createHook } = asyncHooks;
  asyncHooks.createHook = (callbacks: HookCallbacks): AsyncHook => {
    // Node calls a hook that is being disabled once more
    let failed = false;
    const guarded: Record<string, unknown> = { ...callbacks };
    for (const name of NAMES) {
      const callback = callbacks[name] as ((...args: unknown[]) => void) | undefined;
      // Node refuses what is no function
      if (typeof callback !== 'function') continue;
      guarded[name] = (...args: unknown[]) => {
        if (failed) return;
        try {
          undisturbed(() => callback.apply(callbacks, args));
        } catch (error) {
          failed = true;
          hook.disable();
          process.nextTick(() => {
            throw error;
          });
        }
      };
    }
    const hook = createHook(guarded as HookCallbacks);
    return hook;
  };
  syncBuiltinESMExports();
}
