// Installs the stand-in for @tensorflow/tfjs-node-gpu into a folder, as npm installs the real package.
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const source = path.join(import.meta.dirname, 'stand-in-tfjs-node-gpu');

/** Properties and failures of the stand-in; see its lib/index.js. */
export interface StandIn {
  name?: string;
  version?: string;
  dlopen?: string;
  noBinding?: boolean;
  gpu?: boolean;
  memory?: number;
  broken?: string;
}

/** @returns the folder of the package */
export function installStandIn(folder: string, { name = 'tfjs-node-gpu', version, ...standIn }: StandIn = {}): string {
  const target = path.join(folder, 'node_modules/@tensorflow', name);
  cpSync(source, target, { recursive: true });
  const file = path.join(target, 'package.json');
  const json = JSON.parse(readFileSync(file, 'utf8')) as object;
  writeFileSync(
    file,
    JSON.stringify({ ...json, name: `@tensorflow/${name}`, ...(version !== undefined && { version }), standIn }),
  );
  return target;
}
