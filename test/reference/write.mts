// `npm run docs`: builds the declarations and writes the pages of docs/api/.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Reference } from '../../kernel/dlnb/help/reference.ts';
import { dist, root } from '../paths.ts';
import { apiPages, withLinks } from './pages.mts';

execFileSync(process.execPath, [join(root, 'kernel/language/types/build.mjs'), dist], { stdio: 'inherit' });
const reference = JSON.parse(readFileSync(join(dist, 'types/help/reference.json'), 'utf8')) as Reference;
const folder = join(root, 'docs/api');
const index = join(folder, 'index.md');
mkdirSync(folder, { recursive: true });
const pages = apiPages(reference);
pages.set('index.md', withLinks(existsSync(index) ? readFileSync(index, 'utf8') : '# API by task\n', reference));
for (const name of readdirSync(folder)) if (!pages.has(name)) rmSync(join(folder, name));
for (const [name, text] of pages) writeFileSync(join(folder, name), text);
console.log(`docs/api: ${pages.size} pages`);
