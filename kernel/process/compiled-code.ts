// Compiled code of large modules is kept from one kernel to the next.
import * as nodeModule from 'node:module';
import path from 'node:path';
import { cacheFolder } from '../dlnb/data/cache.ts';

/**
 * Lets Node keep what V8 makes of modules in the folder `compiled` of the user's cache: the library, which is most of a
 * first import, is then read and not compiled. Node 22 and newer can; without a writable folder nothing is kept.
 * `NODE_COMPILE_CACHE` names another folder, `NODE_DISABLE_COMPILE_CACHE=1` keeps nothing.
 */
export function keepCompiledCode(): void {
  const { enableCompileCache } = nodeModule as { enableCompileCache?: (folder?: string) => unknown };
  enableCompileCache?.(process.env['NODE_COMPILE_CACHE'] ?? path.join(cacheFolder(), 'compiled'));
}
