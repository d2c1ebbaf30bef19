// Where the types of `dlnb`, TensorFlow.js and Node.js are found by a compiler that checks cells: in dist/types/, which
// kernel/language/types/ makes.
import { existsSync } from 'node:fs';
import path from 'node:path';

/** What a compiler is given beside the user's own options. */
export interface BundledTypes {
  /** Files with the globals of cells, for the list of files or as `/// <reference path>`. */
  files: string[];
  /** For the option `paths`: before those of the user, whose names are never these. */
  paths: Record<string, string[]>;
  /** For the option `jsxImportSource`. */
  jsxImportSource: 'react' | 'dlnb';
}

/**
 * The types for notebooks of a folder. Those of TensorFlow.js are ours also where it is installed: the kernel gives
 * every import its own copy. Node's and React's are the user's where they are installed. All other packages are looked
 * for as usual.
 * @param types the folder dist/types
 * @param folder the notebook's
 */
export function bundledTypes(types: string, folder: string): BundledTypes {
  const at = (...names: string[]) => path.join(types, ...names).replaceAll('\\', '/');
  const installed = (name: string) => {
    for (let dir = path.resolve(folder); ; dir = path.dirname(dir)) {
      const file = path.join(dir, 'node_modules', name);
      if (existsSync(file)) return file.replaceAll('\\', '/');
      if (dir === path.dirname(dir)) return undefined;
    }
  };
  const node = installed('@types/node/index.d.ts');
  const library = [at('tensorflow/tfjs/index.d.ts')];
  const jsx = [at('cells/jsx.d.ts')];
  return {
    files: [at('cells/cells.d.ts'), node ?? at('node/index.d.ts')],
    paths: {
      dlnb: [at('dlnb/index.d.ts')],
      'dlnb/jsx-runtime': jsx,
      'dlnb/jsx-dev-runtime': jsx,
      '@tensorflow/tfjs': library,
      '@tensorflow/tfjs-node': library,
      '@tensorflow/tfjs-node-gpu': library,
      ...Object.fromEntries(
        ['core', 'layers', 'data', 'converter'].flatMap((part) => [
          [`@tensorflow/tfjs-${part}`, [at(`tensorflow/tfjs-${part}/dist/index.d.ts`)]],
          [`@tensorflow/tfjs-${part}/dist/*`, [at(`tensorflow/tfjs-${part}/dist/*`)]],
        ]),
      ),
      '@tensorflow/tfjs-backend-*': [at('tensorflow/backends.d.ts')],
      ...(node === undefined && { 'undici-types': [at('undici-types/index.d.ts')] }),
    },
    jsxImportSource: installed('@types/react/index.d.ts') ? 'react' : 'dlnb',
  };
}
