// Where the repository and its build are, for tests wherever they stand.
import path from 'node:path';

/** The repository's root. */
export const root = path.resolve(import.meta.dirname, '..');
/** The programs under test: those that the build makes, or those that DLNB_DIST names. */
export const dist = process.env['DLNB_DIST'] ?? path.join(root, 'dist');
