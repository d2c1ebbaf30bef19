// Where tests stand and how files are named, so that the test of a file is found by its path.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../paths.ts';

/** Folders of packages, of builds and of Git. */
const left = new Set(['node_modules', 'dist', 'out', '.git']);
/** Paths of the repository's files, from its root and with slashes. */
function filesBelow(folder: string): string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = path.posix.join(folder, entry.name);
    return entry.isDirectory() ? (left.has(entry.name) ? [] : filesBelow(file)) : [file];
  });
}
const files = filesBelow('');

/** Tests of the repository itself, which stand at no file of the programs. */
const ofRepository = ['test/unit/docs.test.ts', 'test/unit/tree.test.ts'];

describe('tests of units', () => {
  const tests = files.filter((f) => /^test\/(unit|built)\/.*\.test\.ts$/.test(f) && !ofRepository.includes(f));

  it('stand at the path of the file or folder that they test', () => {
    const stray = tests.filter((test) => {
      const tested = test.replace(/^test\/(unit|built)\//, '').replace(/\.test\.ts$/, '');
      // An aspect of a file may have a test of its own: `overlay-names` of overlay.ts
      const whole = tested.replace(/-[a-z]+$/, '');
      return !['', '.ts', '.mts', '.js', '.mjs', '.json'].some((ending) =>
        [tested, whole].some((name) => existsSync(path.join(root, name + ending))),
      );
    });
    expect(stray).toEqual([]);
  });

  it('are in test/built/ if they use the build, and in test/unit/ if not', () => {
    const usesBuild = (test: string) =>
      /import \{[^}]*\bdist\b[^}]*\} from '[./]+\/paths\.ts'|\.\.\/dist\//.test(
        readFileSync(path.join(root, test), 'utf8'),
      );
    expect(tests.filter((test) => test.startsWith('test/built/') !== usesBuild(test))).toEqual([]);
  });
});

it('names files and folders in kebab-case', () => {
  const part = /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*$/;
  const code = files.filter((file) => /\.(ts|mts|js|mjs)$/.test(file));
  expect(code.filter((file) => !file.split('/').every((name) => part.test(name)))).toEqual([]);
});
