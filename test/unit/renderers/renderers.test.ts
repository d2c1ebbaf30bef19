// The table of renderers, renderers/renderers.json, which the build and exported pages read. The editor reads
// package.json, which must say the same.
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import * as mime from '../../../kernel/wire/mime.ts';
import { VEGA_TYPES } from '../../../kernel/wire/vega.ts';
import manifest from '../../../package.json';
import renderers from '../../../renderers/renderers.json';
import { root } from '../../paths.ts';

/** What package.json must hold in contributes.notebookRenderer. */
const contributed = renderers.map(({ name, displayName, mimeTypes, messaging }) => ({
  id: `dlnb-${name}`,
  displayName,
  entrypoint: `./dist/renderers/${name}.js`,
  mimeTypes,
  requiresMessaging: messaging,
}));

describe('renderers.json', () => {
  it('is what package.json contributes', () => {
    const paste = `In package.json, set contributes.notebookRenderer to:\n${JSON.stringify(contributed, null, 2)}`;
    expect(manifest.contributes.notebookRenderer, paste).toEqual(contributed);
  });

  it('lists each folder with a main.ts once', () => {
    const folders = readdirSync(path.join(root, 'renderers'));
    const withMain = folders.filter((name) => existsSync(path.join(root, 'renderers', name, 'main.ts')));
    expect(renderers.map(({ name }) => name).sort()).toEqual(withMain.sort());
  });

  it('gives each of our MIME types one renderer', () => {
    // VS Code draws its own types itself
    const ours = [...Object.values(mime).filter((type) => !type.startsWith('application/vnd.code.')), ...VEGA_TYPES];
    expect(renderers.flatMap(({ mimeTypes }) => mimeTypes).sort()).toEqual(ours.sort());
  });
});
