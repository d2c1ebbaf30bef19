// Which packages are going to ask for TensorFlow.js.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { needsTensors } from '../../../../../../kernel/process/cell/modules/needs-tensors.ts';

let dir: string;
beforeEach(() => void (dir = mkdtempSync(path.join(tmpdir(), 'dlnb-needs-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Makes a package and returns its file. */
function make(name: string, manifest: object, code = ''): string {
  const file = path.join(dir, 'node_modules', name, 'lib/a.js');
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, code);
  writeFileSync(path.join(dir, 'node_modules', name, 'package.json'), JSON.stringify({ name, ...manifest }));
  return file;
}

it('finds it in a file, among dependencies of every kind, and in those of dependencies', () => {
  expect(
    needsTensors(make('plain', { dependencies: { missing: '1' }, devDependencies: { '@tensorflow/tfjs': '4' } })),
  ).toBe(false);
  expect(needsTensors(make('text', {}, "require('@tensorflow/tfjs')"))).toBe(true);
  expect(needsTensors(make('peer', { peerDependencies: { '@tensorflow/tfjs-core': '3' } }))).toBe(true);
  expect(needsTensors(make('optional', { optionalDependencies: { '@tensorflow/tfjs-node': '4' } }))).toBe(true);
  expect(needsTensors(make('outer', { dependencies: { plain: '1', peer: '1' } }))).toBe(true);
  // Circles end
  make('left', { dependencies: { right: '1' } });
  expect(needsTensors(make('right', { dependencies: { left: '1' } }))).toBe(false);
});

it('looks past manifests without a name, which say only what kind of modules a folder holds', () => {
  const file = make('kinds', { dependencies: { '@tensorflow/tfjs-core': '4' } });
  writeFileSync(path.join(path.dirname(file), 'package.json'), '{ "type": "module" }');
  expect(needsTensors(file)).toBe(true);
});
