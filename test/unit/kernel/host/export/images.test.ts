// Which files an exported page takes as pictures: real ones in the notebook's folder, and nothing else, whatever a
// repository's links say.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { imageOf, MAX_IMAGE_BYTES } from '../../../../../kernel/host/export/images.ts';

const PNG = Buffer.from('\x89PNG\r\n\x1a\nrest', 'latin1');
let root: string;
let folder: string;
beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'dlnb-images-'));
  folder = path.join(root, 'notebook');
  mkdirSync(path.join(folder, 'sub'), { recursive: true });
  const put = (name: string, bytes: Buffer | string) => writeFileSync(path.join(folder, name), bytes);
  put('a.png', PNG);
  put('sub/b.PNG', PNG);
  put('c.jpg', Buffer.from('\xff\xd8\xff\xe0', 'latin1'));
  put('d.gif', 'GIF89a…');
  put('e.webp', 'RIFF0000WEBP');
  put('f.svg', '\ufeff <?xml version="1.0"?><svg/>');
  put('g.avif', '0000ftypavif');
  put('key.png', 'TOP SECRET KEY');
  put('text.txt', 'text');
  put('empty.png', '');
  put('huge.png', PNG);
  truncateSync(path.join(folder, 'huge.png'), MAX_IMAGE_BYTES + 1);
  mkdirSync(path.join(folder, 'folder.png'));
  writeFileSync(path.join(root, 'outside.png'), PNG);
  mkdirSync(path.join(root, 'notebook2'));
  writeFileSync(path.join(root, 'notebook2/x.png'), PNG);
  symlinkSync('../outside.png', path.join(folder, 'link.png'));
  symlinkSync('..', path.join(folder, 'up'));
  symlinkSync('a.png', path.join(folder, 'inner.png'));
  symlinkSync('/dev/zero', path.join(folder, 'zero.png'));
  symlinkSync('loop.png', path.join(folder, 'loop.png'));
  execFileSync('mkfifo', [path.join(folder, 'pipe.png')]);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

it.each([
  ['a.png', 'image/png'],
  ['./sub/b.PNG', 'image/png'],
  ['sub/../a.png', 'image/png'],
  ['inner.png', 'image/png'],
  ['c.jpg', 'image/jpeg'],
  ['d.gif', 'image/gif'],
  ['e.webp', 'image/webp'],
  ['f.svg', 'image/svg+xml'],
  ['g.avif', 'image/avif'],
])('takes %s', (name, type) => {
  expect(imageOf(folder, name)).toMatch(new RegExp(`^data:${type.replace('+', '\\+')};base64,.`));
});

it.each([
  ['a link to a file outside', 'link.png'],
  ['a path upwards', '../outside.png'],
  ['a folder beside whose name begins alike', '../notebook2/x.png'],
  ['a link to a folder outside', 'up/outside.png'],
  ['an absolute path', () => path.join(root, 'outside.png')],
  ['a file that is no picture', 'key.png'],
  ['a text', 'text.txt'],
  ['nothing', 'missing.png'],
  ['an empty file', 'empty.png'],
  ['a huge file', 'huge.png'],
  ['a folder', 'folder.png'],
  ['a pipe', 'pipe.png'],
  ['a device', 'zero.png'],
  ['a link to itself', 'loop.png'],
])('leaves out %s', (_, name) => {
  expect(imageOf(folder, typeof name === 'string' ? name : name())).toBeUndefined();
});
