// What package.json contributes, against the code: settings of kernels and commands stand in both.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { DEVICE_SETTINGS, MAX_THREADS } from '../../kernel/wire/limits.ts';
import { kernelSettings } from '../../kernel/wire/options.ts';
import { root } from '../paths.ts';

const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
interface Property {
  enum?: string[];
  enumDescriptions?: string[];
  default: unknown;
  minimum?: number;
  maximum?: number;
}
const { contributes, activationEvents } = JSON.parse(read('package.json')) as {
  activationEvents: string[];
  contributes: {
    commands: { command: string }[];
    menus: Record<string, { command: string }[]>;
    keybindings: { command: string; key: string; when: string }[];
    configuration: { properties: Record<string, Property> };
  };
};
const property = (name: string) => contributes.configuration.properties[`dlnb.${name}`]!;

test('every setting of kernels is contributed, with a default and limits that the code reads as they are', () => {
  for (const [name, { read }] of Object.entries(kernelSettings)) {
    const { default: value, enum: choices, minimum, maximum } = property(name);
    for (const choice of [...(choices ?? []), ...(maximum === undefined ? [] : [maximum])])
      expect(read(choice)).toBe(choice);
    // 0 and the like stand for a default that depends on the machine
    expect([value, undefined]).toContain(read(value));
    if (minimum !== undefined) expect([minimum, undefined]).toContain(read(minimum));
  }
});

test('the limits are those of the code', () => {
  expect(property('threads').maximum).toBe(MAX_THREADS);
  expect(property('device').enum).toEqual([...DEVICE_SETTINGS]);
  expect(property('device').enumDescriptions).toHaveLength(DEVICE_SETTINGS.length);
});

/** `dlnb.newModel` is the function `newModel` of commands/new-model.ts. */
const ids = [...read('extension/commands/index.ts').matchAll(/^ {2}(\w+),$/gm)].map(([, name]) => `dlnb.${name}`);
const contributed = contributes.commands.map(({ command }) => command);

test('the commands are those of extension/commands/index.ts, each in a file of its name', () => {
  expect(ids.length).toBeGreaterThan(10);
  expect(contributed.toSorted()).toEqual(ids.toSorted());
  for (const id of ids) {
    const name = id.replace('dlnb.', '');
    const file = `extension/commands/${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.ts`;
    expect(read(file)).toMatch(new RegExp(`^export (async )?function ${name}\\(`, 'm'));
  }
});

test('menus, keys and the code name commands that exist', () => {
  const named = [...Object.values(contributes.menus).flat(), ...contributes.keybindings].map(({ command }) => command);
  const files = readdirSync(path.join(root, 'extension'), { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((name) => name.endsWith('.ts')))
    for (const [, id] of read(path.join('extension', file)).matchAll(
      /(?:executeCommand\(|command: |command = )'(dlnb\.\w+)'/g,
    ))
      named.push(id!);
  expect(named).toContain('dlnb.restartOnCpu');
  // Keys also name commands of the editor
  const ours = (id: string) => !/^(notebook|list|workbench)\.|^(undo|redo)$/.test(id);
  expect(named.filter((id) => ours(id) && !contributed.includes(id))).toEqual([]);
  expect(activationEvents).toEqual(['onNotebook:dlnb']);
});

test('keys are for DLNB notebooks only, and single letters for command mode only', () => {
  for (const { key, when } of contributes.keybindings) {
    expect(when).toMatch(/^notebookType == 'dlnb' && /);
    if (/^(shift\+)?[a-z0-9]( [a-z0-9])?$/.test(key)) expect(`${key}: ${when}`).toContain(' && !inputFocus && ');
  }
});
