// The cases of what cells mean, run by `dlnb run` and read from the executed copy.
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Output } from '../../kernel/notebook/format/types.ts';
import { difference } from '../semantics/case.ts';
import { cases } from '../semantics/cases.ts';
import { dlnb, Folder, notebook } from './cli.ts';

const decoded = ({ items }: Output) =>
  items.map((item) => ({
    mime: item.mime,
    text:
      'text' in item
        ? item.text
        : 'json' in item
          ? JSON.stringify(item.json)
          : Buffer.from(item.base64, 'base64').toString(),
  }));

describe('cells run by the command line', () => {
  it.for(cases)('$name', async ({ files, cells }) => {
    using folder = new Folder({ ...files, 'n.dlnb': notebook(...cells.map(({ source }) => source)) });
    const { code, stderr } = await dlnb(
      folder.path,
      'run',
      'n.dlnb',
      '--out',
      'out.dlnb',
      '--keep-going',
      '--device',
      'cpu',
    );
    const ran = folder.cells('out.dlnb');
    cells.forEach(({ source, outputs }, i) => {
      const got = ran[i]!.outputs.map(decoded);
      outputs.forEach((expected, n) =>
        expect(difference(expected, got[n] ?? []), `cell ${i + 1}, output ${n + 1}:\n${source}`).toBeUndefined(),
      );
      expect(got.slice(outputs.length), `further outputs of cell ${i + 1}:\n${source}`).toEqual([]);
    });
    const fails = cells.some(({ outputs }) => outputs.some((o) => 'error' in o));
    expect(code, stderr).toBe(fails ? 1 : 0);
  });

  it('writes all lines of a cell that prints 200,000 to a log beside the executed copy, and says where', async () => {
    using folder = new Folder({ 'n.dlnb': notebook('for (let i = 0; i < 200_000; i++) console.log(`line ${i}`);') });
    const { code, stdout, stderr } = await dlnb(folder.path, 'run', 'n.dlnb', '--out', 'out.dlnb');
    expect(code).toBe(0);
    expect(stderr).toContain(`all 200000 lines are in ${folder.file('out.dlnb.logs/c1.log')}`);
    const log = folder.read('out.dlnb.logs/c1.log').trimEnd().split('\n');
    expect(log).toHaveLength(200_000);
    expect(log.at(-1)).toBe('line 199999');
    // The beginning and the end
    expect(stdout.trimEnd().split('\n')).toEqual([...log.slice(0, 9000), ...log.slice(-1000)]);
    expect(readdirSync(folder.path).sort()).toEqual(['n.dlnb', 'out.dlnb', 'out.dlnb.logs']);
  });
});
