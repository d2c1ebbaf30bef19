// The standard that every sample meets, as far as it can be seen without running it, and the texts made from them.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from '@babel/parser';
import { describe, expect, it } from 'vitest';
import { parseNotebook, printNotebook, type Cell } from '../../kernel/notebook/format/index.ts';
import { courseFile, coursePage, covers, readSystems, rowsOf } from '../samples/coverage.mts';
import { readIndex, readmeFile, samplesFolder as folder, withTable } from '../samples/index.mts';
import { STANDARD_S } from '../samples/sample.mts';

const index = readIndex();
const read = (file: string): string => readFileSync(path.join(folder, file), 'utf8');

describe('the index of the samples', () => {
  it('lists every notebook once, and nothing else', () => {
    const files = readdirSync(folder).filter((name) => name.endsWith('.dlnb'));
    expect(index.map((entry) => entry.file).sort()).toEqual(files.sort());
  });

  it('says of each what it teaches and needs, and that it runs in less than half a minute', () => {
    for (const entry of index) {
      expect(Object.keys(entry)).toEqual(['id', 'file', 'title', 'part', 'seconds', 'teaches', 'prerequisites']);
      expect(entry.file).toBe(`${entry.id}.dlnb`);
      expect(Number.isInteger(entry.seconds) && entry.seconds > 0 && entry.seconds <= STANDARD_S).toBe(true);
    }
  });

  it('is what the table in README.md and docs/course.md are made of', () => {
    // npm run samples -- --readme writes them
    const readme = readFileSync(readmeFile, 'utf8');
    expect(readme).toBe(withTable(readme, index));
    expect(readFileSync(courseFile, 'utf8')).toBe(coursePage(index));
  });
});

describe('the rows of the source documents', () => {
  const { rows } = readSystems();
  const covered = covers(index);

  it('are each covered by a cell, or say why not', () => {
    expect(rows.filter(({ id, why }) => covered.has(id) === (why !== undefined)).map(({ id }) => id)).toEqual([]);
  });

  it('are the only ones that cells name', () => {
    const known = new Set(rows.map(({ id }) => id));
    expect([...covered.keys()].filter((id) => !known.has(id))).toEqual([]);
  });
});

it('all samples together have at most ten type casts', () => {
  const casts = index.flatMap(({ id, file }) =>
    codeOf(parseNotebook(read(file)).cells).flatMap((cell) => castsOf(cell.source).map((cast) => `${id}: ${cast}`)),
  );
  expect(casts.length, casts.join('\n')).toBeLessThanOrEqual(10);
});

/** The type casts of a cell, `as const` aside. */
function castsOf(source: string): string[] {
  const casts: string[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if (Array.isArray(node)) return node.forEach(visit);
    const { type, start, end, typeAnnotation } = node as Record<string, unknown>;
    if (type === 'TSAsExpression') {
      const text = source.slice(start as number, end as number);
      if (!/\bas const$/.test(text) || (typeAnnotation as { type: string }).type !== 'TSTypeReference')
        casts.push(text);
    }
    Object.values(node).forEach(visit);
  };
  visit(parse(source, { sourceType: 'module', plugins: ['typescript', 'jsx'], errorRecovery: true }).program);
  return casts;
}

const codeOf = (cells: readonly Cell[]) => cells.filter((cell) => cell.kind === 'code');
const isFolded = (cell: Cell) => cell.folded === true;

/** The sections of a notebook: a heading `## …` with the code below it. */
function sectionsOf(cells: readonly Cell[]): { title: string; code: string[] }[] {
  const sections: { title: string; code: string[] }[] = [];
  for (const cell of cells) {
    const title = cell.kind === 'markdown' ? /^## (.+)$/m.exec(cell.source)?.[1] : undefined;
    if (title !== undefined) sections.push({ title, code: [] });
    if (cell.kind === 'code') sections.at(-1)?.code.push(cell.source);
  }
  return sections;
}

describe.each(index.map((entry) => [entry.id, entry] as const))('sample %s', (_id, entry) => {
  const text = read(entry.file);
  const { cells } = parseNotebook(text);
  const code = codeOf(cells);
  const source = code.map((cell) => cell.source).join('\n');
  const sections = sectionsOf(cells);

  it('is stored as the format prints it, without outputs', () => {
    expect(printNotebook(parseNotebook(text))).toBe(text);
    for (const cell of code) expect(cell.outputs).toEqual([]);
    for (const cell of cells) expect(cell.id).toMatch(/^[a-z0-9]{8}$/);
  });

  it('opens with its title, what it teaches, needs and lets one predict', () => {
    const first = cells[0]!.source;
    expect(first).toMatch(new RegExp(`^# ${entry['title'] as string}\n`));
    for (const part of ['Teaches', 'Runs', 'You need', 'You will be able to predict'])
      expect(first).toContain(`**${part}**`);
  });

  it('takes what it uses from one module, and moves a figure in the first screen', () => {
    expect(code[0]!.source).toMatch(/^import \{[^}]+\} from 'dlnb';/);
    expect(source).not.toMatch(/from '@tensorflow/);
    const screen = codeOf(cells.slice(0, 6)).map((cell) => cell.source);
    expect(screen.join('\n')).toMatch(/\b(explore|train\.film|viz\.animate)\(/);
  });

  it('shows short cells, and folds long ones', () => {
    const long = code.filter((cell) => !isFolded(cell) && cell.source.split('\n').length > 20);
    expect(long.map((cell) => cell.source.slice(0, 80))).toEqual([]);
    const wide = code.flatMap((cell) => cell.source.split('\n')).filter((line) => line.length > 90);
    expect(wide).toEqual([]);
  });

  it('asks for a prediction in each section that computes', () => {
    const own = sections.filter(({ title, code }) => code.length > 0 && !/^(Exercises|Numbers)/.test(title));
    const without = own.filter(({ code }) => !code.some((text) => /(?<!\.)\bpredict\(/.test(text)));
    expect(without.map(({ title }) => title)).toEqual([]);
    expect(source.match(/\.result\(/g)!.length).toBeGreaterThanOrEqual(own.length);
  });

  it('has three exercises that grade themselves, with solutions', () => {
    expect(sections.map(({ title }) => title)).toContain('Exercises');
    const exercises = code.filter((cell) => /\bexercise(<[^>]*>)?\(/.test(cell.source));
    expect(exercises.length).toBeGreaterThanOrEqual(3);
    for (const cell of exercises) expect(isFolded(cell), cell.source.slice(0, 60)).toBe(true);
    expect(exercises.filter((cell) => !/\bsolution\b/.test(cell.source))).toEqual([]);
    expect(source.match(/\.try\(/g)!.length).toBeGreaterThanOrEqual(3);
  });

  it('checks its claims and the numbers of the notes, with sources, and ends with the summary', () => {
    expect(source.match(/\bcheck(\.close)?\(/g)!.length).toBeGreaterThan(7);
    const numbers = sections.filter(({ title }) => title.startsWith('Numbers of the notes')).flatMap((s) => s.code);
    expect(numbers.join('\n')).toMatch(/\bcheck(\.\w+)?\([^]*\b(source|paper|notes)\b/);
    expect(code.at(-1)!.source).toBe('check.summary();');
    expect(cells.at(-1)!.source).toMatch(/^## Where next\n/);
  });

  it('links to notebooks of the course', () => {
    const links = cells.flatMap((cell) =>
      cell.kind === 'markdown' ? [...cell.source.matchAll(/\]\(([^)#:]+)\)/g)].map((m) => m[1]!) : [],
    );
    expect(links.filter((link) => !index.some(({ file }) => file === link))).toEqual([]);
  });

  it('names each row of the documents that it covers once a cell', () => {
    for (const cell of cells) expect(new Set(rowsOf(cell)).size).toBe(rowsOf(cell).length);
  });

  it('is the same in every run', () => {
    expect(source).not.toMatch(/Math\.random|Date\b|performance\b|console\.time|\bfetch\(/);
  });
});
