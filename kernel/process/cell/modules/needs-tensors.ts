// Finds out, without running it, whether a package is going to ask for TensorFlow.js.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { packageFolder, readManifest } from './resolve.ts';

const known = new Map<string, boolean>();

/**
 * Whether a file of a package imports TensorFlow.js, or the package depends on it, itself or by other packages. A
 * package that hides its dependency gets TensorFlow.js all the same, with a device that starts meanwhile.
 */
export function needsTensors(file: string): boolean {
  let found = known.get(file);
  if (found === undefined) known.set(file, (found = mentions(file) || dependsOn(path.dirname(file), new Set())));
  return found;
}

function mentions(file: string): boolean {
  try {
    return readFileSync(file, 'latin1').includes('@tensorflow/tfjs');
  } catch {
    return false;
  }
}

function dependsOn(dir: string, seen: Set<string>): boolean {
  let folder = dir;
  let manifest = readManifest(folder);
  // Folders inside packages have manifests without a name, which say only what kind of modules they hold
  while (typeof manifest['name'] !== 'string' && folder !== path.dirname(folder))
    manifest = readManifest((folder = path.dirname(folder)));
  if (seen.has(folder)) return false;
  seen.add(folder);
  const names = ['dependencies', 'peerDependencies', 'optionalDependencies'].flatMap((key) =>
    Object.keys((manifest[key] ?? {}) as object),
  );
  if (names.some((name) => name.startsWith('@tensorflow/tfjs'))) return true;
  return names.some((name) => {
    const dependency = packageFolder(name, path.join(folder, 'package.json'));
    return dependency !== undefined && dependsOn(dependency, seen);
  });
}
