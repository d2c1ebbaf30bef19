// Where the repository and its build are, for tests wherever they stand.
import path from 'node:path';

/** The repository's root. */
export const root = path.resolve(import.meta.dirname, '..');
/** The programs under test: those that the build makes, or those that DLNB_DIST names. */
export const dist = process.env['DLNB_DIST'] ?? path.join(root, 'dist');
/**
 * The Node.js that runs the programs under test: this one, or the one that DLNB_TEST_NODE names. With
 * DLNB_TEST_ELECTRON it is an Electron, which runs as Node.
 */
export const testedNode = {
  path: process.env['DLNB_TEST_NODE'] ?? process.execPath,
  ...(process.env['DLNB_TEST_NODE'] ? {} : { version: process.version }),
  electron: process.env['DLNB_TEST_ELECTRON'] !== undefined,
};
