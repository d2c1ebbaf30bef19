// The license texts of the packages that are bundled into dist/.
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
 * @param files paths relative to `root`, as the build lists them; a license text among them covers the files beside it
 * @throws Error when a package names no license and holds no license text: it must not be shipped.
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

/** Software of others in a package that its own license text does not name. */
const within: Record<string, string[]> = {
  esbuild: [
    "The program of this package holds the runtime and the standard library of Go, and the packages golang.org/x of Go's",
    'authors, under the following license:',
    '',
    'Copyright 2009 The Go Authors.',
    '',
    'Redistribution and use in source and binary forms, with or without modification, are permitted provided that the',
    'following conditions are met:',
    '',
    '   * Redistributions of source code must retain the above copyright notice, this list of conditions and the following',
    'disclaimer.',
    '   * Redistributions in binary form must reproduce the above copyright notice, this list of conditions and the',
    'following disclaimer in the documentation and/or other materials provided with the distribution.',
    '   * Neither the name of Google LLC nor the names of its contributors may be used to endorse or promote products',
    'derived from this software without specific prior written permission.',
    '',
    'THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR IMPLIED WARRANTIES,',
    'INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE',
    'DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT OWNER OR CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL,',
    'SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR',
    'SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY,',
    'WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE',
    'OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.',
    '',
    'The license of esbuild itself:',
  ],
  jsfive: [
    'This package is based on pyfive, Copyright (c) 2016 Jonathan J. Helmus, under the BSD 3-Clause license, whose text is',
    'with that of esbuild above (with the name of its author in place of Google), and holds pako, Copyright (C) 2014-2017',
    'by Vitaly Puzrin and Andrei Tuputcyn, under the MIT license, whose text is in this file.',
  ],
  '@resvg/resvg-wasm': [
    'The program of this package is resvg, compiled from https://github.com/thx/resvg-js, where its source code is, under',
    'the Mozilla Public License, Version 2.0, whose text is at https://www.mozilla.org/MPL/2.0/. It holds the Rust crates',
    'resvg, usvg, tiny-skia, rustybuzz, fontdb, ttf-parser, png, jpeg-decoder, gif and those that they need, under the',
    'MPL-2.0, the MIT license, the Apache License, Version 2.0, and the BSD 3-Clause license.',
  ],
  webgpu: [
    'Dawn, the native module of this package, holds parts of Abseil, SPIRV-Tools, SPIRV-Headers and Vulkan-Headers,',
    'all under the Apache License, Version 2.0, whose text is in this file.',
  ],
};

/** @param more license texts outside the package's top folder */
function notice(dir: string, more: string[]): [key: string, text: string] {
  const manifest = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as PackageJson;
  const title = `${manifest.name} ${manifest.version}`;
  const license = typeof manifest.license === 'object' ? manifest.license.type : manifest.license;
  const source =
    manifest.homepage ?? (typeof manifest.repository === 'object' ? manifest.repository.url : manifest.repository);
  const files = new Set([...licenseFiles(dir), ...more]);
  const texts = [...files].map((file) => readFileSync(file, 'utf8').trim());
  if (!license && texts.length === 0) throw new Error(`${title} names no license; it cannot be bundled`);
  return [
    title,
    [`${title} (${license ?? 'see below'})`, source ?? '', ...(within[manifest.name!] ?? []), '', ...texts].join('\n'),
  ];
}

/** License texts in a package's top folder. The package of a native program has none; the package that loads it has. */
function licenseFiles(dir: string): string[] {
  if (!existsSync(dir)) return [];
  const names = readdirSync(dir).filter((name) => /^(licen[cs]e|copying|notice)/i.test(name));
  return names.map((name) => join(dir, name)).filter((file) => !file.endsWith('.js'));
}
