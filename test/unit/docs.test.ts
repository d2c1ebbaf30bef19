// The texts for people name files, commands and settings that exist, and the README stays short.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../paths.ts';

const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const manifest = JSON.parse(read('package.json')) as {
  scripts: Record<string, string>;
  contributes: { commands: { command: string; title: string }[]; configuration: { properties: object } };
};

const docs = readdirSync(path.join(root, 'docs'))
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`);
const texts: [file: string, text: string][] = [
  ...['README.md', 'CONTRIBUTING.md', ...docs].map((file): [string, string] => [file, read(file)]),
  // What older versions named may be gone
  ['CHANGELOG.md', read('CHANGELOG.md').split(/^## /m).slice(0, 2).join('## ')],
];

/** Text outside code blocks. */
const prose = (text: string): string => text.replace(/^```.*\n[^]*?^```$/gm, '');
/** The contents of `…` outside code blocks. */
const quoted = (text: string): string[] => [...prose(text).matchAll(/`([^`\n]+)`/g)].map((m) => m[1]!);

/** Top folders and files, except those that are made: their files need not exist. */
const made = new Set(['dist', 'out', 'node_modules']);
const top = new Set(readdirSync(root).filter((name) => !name.startsWith('.') && !made.has(name)));

/** The scripts that the build makes in dist/. */
const bundles = [...read('esbuild.config.js').matchAll(/entryPoints: \{([^}]*)\}/g)].flatMap(([, entries]) =>
  [...entries!.matchAll(/([\w-]+)'?: '/g)].map((m) => `${m[1]}.js`),
);

describe.each(texts)('%s', (file, text) => {
  it('links to files that exist', () => {
    const targets = [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map((m) => m[1]!.replace(/#.*$/, ''));
    const local = targets.filter((target) => target !== '' && !/^https?:/.test(target));
    expect(local.filter((target) => !existsSync(path.join(root, path.dirname(file), target)))).toEqual([]);
  });

  it('names paths that exist', () => {
    const named = quoted(text).filter((code) => /^[\w.*/-]+$/.test(code) && top.has(code.split('/')[0]!));
    const real = (name: string) => [name, `${name}.ts`].some((candidate) => existsSync(path.join(root, candidate)));
    expect(named.filter((name) => !real(name))).toEqual([]);
  });

  it('names files that some folder or the build has', () => {
    const named = quoted(text).filter(
      (code) => /^[\w-]+(\/[\w-]+)?\.(ts|mts|js|mjs|py|sh)$/.test(code) && !top.has(code),
    );
    const known = (name: string) =>
      bundles.includes(name.replace(/^dist\//, '')) || everyFile().some((existing) => existing.endsWith(`/${name}`));
    expect(named.filter((name) => !known(name))).toEqual([]);
  });

  it('names scripts, suites and projects that exist', () => {
    const scripts = [...text.matchAll(/\bnpm run ([\w:-]+)/g)].map((m) => m[1]!);
    expect(scripts.filter((name) => !(name in manifest.scripts))).toEqual([]);
    const suites = [...text.matchAll(/\bnpm test -- ((?:[a-z][\w-]* ?)+)/g)].flatMap((m) => m[1]!.trim().split(' '));
    const known = [...read('test/run.mts').matchAll(/^ {2}'?([\w-]+)'?: (?:async )?\(\) =>/gm)].map((m) => m[1]!);
    expect(suites.filter((name) => !known.includes(name))).toEqual([]);
    const projects = [...text.matchAll(/--project (\w+)/g)].map((m) => m[1]!);
    const config = read('vitest.config.mts');
    expect(projects.filter((name) => !config.includes(`project('${name}'`))).toEqual([]);
  });

  it('names commands and settings that the extension has', () => {
    const titles = manifest.contributes.commands.map(({ title }) => title);
    const commands = [...prose(text).matchAll(/\*DLNB: ([^*]+)\*/g)].map((m) => m[1]!.replaceAll('\n', ' '));
    expect(commands.filter((name) => !titles.includes(name))).toEqual([]);
    const ids = manifest.contributes.commands.map(({ command }) => command);
    const known = [...ids, ...Object.keys(manifest.contributes.configuration.properties)];
    const named = quoted(text).filter((code) => /^dlnb\.[a-z]\w+$/.test(code));
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });

  it('has lines of at most 120 characters, apart from tables and pictures', () => {
    const long = text.split('\n').filter((line) => line.length > 120 && !/^(\||!\[)/.test(line));
    expect(long).toEqual([]);
  });
});

it('README.md has at most 90 lines before its details', () => {
  const [above] = read('README.md').split(/^<details>/m);
  expect(above!.trimEnd().split('\n').length).toBeLessThanOrEqual(90);
});

it('docs/architecture.md begins with the table of bundles, which names the entries that are built', () => {
  const text = read('docs/architecture.md');
  expect(text.search(/^\| bundle \|/m)).toBeLessThan(text.search(/^## /m));
  const table = /^\| bundle \|(?:.*\n)+?(?!\|)/m.exec(text)![0];
  const entries = [...read('esbuild.config.js').matchAll(/'((?:extension|kernel)\/[\w/-]+\.ts)'/g)].map((m) => m[1]!);
  const programs = entries.filter((entry) => !/replaced|interrupter/.test(entry));
  expect(programs.length).toBeGreaterThan(3);
  expect(programs.filter((entry) => !table.includes(`\`${entry}\``))).toEqual([]);
});

let listed: string[] | undefined;
/** Paths of all files of the repository that are not made, each after a slash. */
function everyFile(): string[] {
  const below = (folder: string): string[] =>
    readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      if (made.has(entry.name) || entry.name === '.git') return [];
      const file = `${folder}/${entry.name}`;
      return entry.isDirectory() ? below(file) : [file];
    });
  return (listed ??= below('.'));
}
