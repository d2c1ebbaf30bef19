// The standard that every sample meets, as far as it can be seen without running it.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseNotebook, printNotebook } from '../../kernel/notebook/format/index.ts';
import { readIndex, readmeFile, samplesFolder as folder, withTable } from '../samples/index.mts';

const index = readIndex();

describe('the index of the samples', () => {
  it('lists every notebook once, and nothing else', () => {
    const files = readdirSync(folder).filter((name) => name.endsWith('.dlnb'));
    expect(index.map((entry) => entry.file).sort()).toEqual(files.sort());
  });

  it('says of each what it teaches and needs', () => {
    for (const entry of index) {
      expect(Object.keys(entry)).toEqual(['id', 'file', 'title', 'part', 'seconds', 'teaches', 'prerequisites']);
      expect(entry.file).toBe(`${entry.id}.dlnb`);
      expect(Number.isInteger(entry.seconds) && entry.seconds > 0).toBe(true);
    }
  });

  it('is what the table in README.md is made of', () => {
    const readme = readFileSync(readmeFile, 'utf8');
    // npm run samples -- --readme writes it
    expect(readme).toBe(withTable(readme, index));
  });
});

describe.each(index.map((entry) => [entry.id, entry] as const))('sample %s', (_id, entry) => {
  const text = readFileSync(path.join(folder, entry.file), 'utf8');
  const { cells } = parseNotebook(text);
  const code = cells.filter((cell) => cell.kind === 'code');

  it('is stored as the format prints it, without outputs', () => {
    expect(printNotebook(parseNotebook(text))).toBe(text);
    for (const cell of code) expect(cell.outputs).toEqual([]);
    for (const cell of cells) expect(cell.id).toMatch(/^[a-z0-9]{8}$/);
  });

  it('opens with its title, what it teaches and how long it runs, and ends with three things to try', () => {
    const first = cells[0]!.source;
    expect(first).toMatch(new RegExp(`^# ${entry['title'] as string}\n`));
    expect(first).toContain('**Teaches**');
    expect(first).toContain('**Runs**');
    const last = cells.at(-1)!.source;
    expect(last).toMatch(/^## Three things to try/);
    expect(last.match(/^\d\. /gm)).toHaveLength(3);
  });

  it('checks and counts its claims, draws, and is the same in every run', () => {
    const source = code.map((cell) => cell.source).join('\n');
    expect(source.match(/\bcheck(\.close)?\(/g)!.length).toBeGreaterThan(7);
    expect(source.match(/\b(viz\.[a-zA-Z]+|train\.(record|callback)|display)\(/g)!.length).toBeGreaterThan(4);
    expect(code.at(-1)!.source).toBe('check.summary();');
    expect(source).not.toMatch(/Math\.random|Date\b|performance\b|console\.time|\bfetch\(/);
  });
});
