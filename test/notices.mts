// The licence texts of the packages that are bundled into dist/.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface PackageJson {
  name?: string;
  version?: string;
  license?: string | { type: string };
  homepage?: string;
  repository?: string | { url: string };
}

/**
 * One section for each package that any of the files comes from, in the order of their names.
 * @param files paths relative to `root`, as the build lists them; licence texts among them are those of what lies beside them
 * @throws Error when a package says neither its licence nor brings a licence text: it must not be shipped then.
 */
export function thirdPartyNotices(root: string, files: string[]): string {
  const folders = new Map<string, string[]>();
  for (const file of files) {
    const dir = packageFolder(root, file);
    if (dir === undefined) continue;
    const more = folders.get(dir) ?? [];
    if (/(licen[cs]e|notices)[^/\\]*\.(txt|md)$/i.test(file)) more.push(join(root, file));
    folders.set(dir, more);
  }
  const sections = new Map([...folders].map(([dir, more]) => notice(dir, more)));
  const sorted = [...sections].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
  return [
    'DLNB includes the following third-party software.\n',
    ...sorted.map((text) => `${'-'.repeat(80)}\n${text.trimEnd()}\n`),
  ].join('\n');
}

/** The folder of the npm package that a file belongs to; none for our own files. */
function packageFolder(root: string, file: string): string | undefined {
  const at = file.replaceAll('\\', '/').lastIndexOf('node_modules/');
  if (at < 0) return undefined;
  const [first = '', second = ''] = file.slice(at + 'node_modules/'.length).split(/[\\/]/);
  return join(root, file.slice(0, at), 'node_modules', first, first.startsWith('@') ? second : '');
}

/** What packages hold of others' without saying so. */
const within: Record<string, string[]> = {
  webgpu: [
    'Dawn, the native module of this package, holds parts of Abseil, SPIRV-Tools, SPIRV-Headers and Vulkan-Headers,',
    'all under the Apache License, Version 2.0, whose text is in this file.',
  ],
};

/** @param more licence texts that are not in the folder itself */
function notice(dir: string, more: string[]): [key: string, text: string] {
  const manifest = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as PackageJson;
  const title = `${manifest.name} ${manifest.version}`;
  const licence = typeof manifest.license === 'object' ? manifest.license.type : manifest.license;
  const source =
    manifest.homepage ?? (typeof manifest.repository === 'object' ? manifest.repository.url : manifest.repository);
  const files = new Set([...licenceFiles(dir), ...more]);
  const texts = [...files].map((file) => readFileSync(file, 'utf8').trim());
  if (!licence && texts.length === 0) throw new Error(`${title} names no licence; it cannot be bundled`);
  return [
    title,
    [`${title} (${licence ?? 'see below'})`, source ?? '', ...(within[manifest.name!] ?? []), '', ...texts].join('\n'),
  ];
}

/** Licence texts in a package's folder. A native program's package has none: its text is with the package that it is for. */
function licenceFiles(dir: string): string[] {
  if (!existsSync(dir)) return [];
  const names = readdirSync(dir).filter((name) => /^(licen[cs]e|copying|notice)/i.test(name));
  return names.map((name) => join(dir, name)).filter((file) => !file.endsWith('.js'));
}
