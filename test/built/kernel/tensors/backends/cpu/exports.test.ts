// exports.ts against what it is made from: the AssemblyScript sources and the compiled program.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as map from '../../../../../../kernel/tensors/backends/cpu/assembly/memory-map.ts';
import { bind, type RawExports } from '../../../../../../kernel/tensors/backends/cpu/exports.ts';
import { dist, root } from '../../../../../paths.ts';

const cpu = join(root, 'kernel/tensors/backends/cpu');

describe('the bindings of the WebAssembly program', () => {
  test('are what bindings.mjs makes of the sources', () => {
    const made = execFileSync(process.execPath, [join(cpu, 'bindings.mjs')], { encoding: 'utf8' });
    expect(readFileSync(join(cpu, 'exports.ts'), 'utf8')).toBe(made);
  });

  test('name the functions that the program exports', async () => {
    const memory = new WebAssembly.Memory({ initial: 64, maximum: 65536, shared: true });
    const bytes = readFileSync(join(dist, 'wasm/cpu-plain.wasm'));
    const module = await WebAssembly.compile(bytes);
    const named = WebAssembly.Module.exports(module).filter((e) => e.kind === 'function' && !e.name.startsWith('__'));
    const bound = bind({} as RawExports, memory);
    expect(named.map((e) => e.name).sort()).toEqual(Object.keys(bound).sort());
  });
});

describe('the memory map', () => {
  test('keeps the words of the pool, the arguments, the tables and the scratch memory apart', () => {
    const words = [map.TICKET, map.TASK, map.CHUNKS, map.DONE, map.WAITING, map.EPOCH, map.SLEEPERS, map.ACTIVE];
    const places = [...words, map.ARGS, map.AXES, map.PROGRAM_BASE, map.SCRATCH_BASE];
    expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
  });
});
