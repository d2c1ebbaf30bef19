// The terminal that folds printed text, compared with xterm.js on random programs, and on what libraries write.
import xterm from '@xterm/headless';
import { describe, expect, it } from 'vitest';
import { TerminalText } from '../../../../kernel/outputs/terminal.ts';
import { SCREEN_COLUMNS as COLUMNS, SCREEN_ROWS as ROWS } from '../../../../kernel/wire/limits.ts';

const { Terminal } = xterm;
type Terminal = InstanceType<typeof Terminal>;
const ESC = '\x1b';

const plain = (text: string) => text.replace(/\x1b\[[\d;:]*m/g, '');

/** What is shown after these writes. */
function shown(...writes: string[]): string {
  const terminal = new TerminalText();
  let text = '';
  for (const write of writes) {
    const change = terminal.write(write);
    expect(change.back).toBeLessThanOrEqual(text.length);
    text = text.slice(0, text.length - change.back) + change.text;
  }
  return text;
}

/** Lines of xterm.js, without empty ones at the end. */
async function reference(writes: readonly string[]): Promise<string> {
  const terminal = new Terminal({
    cols: COLUMNS,
    rows: ROWS,
    scrollback: 5000,
    convertEol: true,
    allowProposedApi: true,
  });
  for (const write of writes) await new Promise<void>((done) => terminal.write(write, done));
  const lines: string[] = [];
  const { active } = terminal.buffer;
  for (let i = 0; i < active.length; i++) {
    const line = active.getLine(i)!;
    if (line.isWrapped && lines.length > 0) lines[lines.length - 1] += line.translateToString(true);
    else lines.push(line.translateToString(true));
  }
  terminal.dispose();
  return trimEnd(lines.join('\n'));
}
/** Without blanks at the ends of lines: what remains of a wide character that was cut is a blank or nothing. */
const trimEnd = (text: string) => text.replace(/ +$/gm, '').replace(/\n+$/, '');

/** A source of random numbers that a seed repeats. */
function random(seed: number): (n: number) => number {
  let state = seed * 2654435761 + 1;
  return (n) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) | 0;
    return ((state ^ (state >>> 13)) >>> 0) % n;
  };
}

/** A piece of a program: text, a movement, an erasure or a color. */
function piece(pick: (n: number) => number): string {
  const n = 1 + pick(4);
  const words = ['epoch', ' 1', 'ab', '█', 'é', '世界', 'x', '....', '50 %'];
  const moves = ['A', 'B', 'C', 'D', 'E', 'F', 'G'].map((f) => `${ESC}[${pick(3) ? n : ''}${f}`);
  const erasures = [`${ESC}[K`, `${ESC}[1K`, `${ESC}[2K`, `${ESC}[J`, `${ESC}[0J`, `${ESC}[${n}P`, `${ESC}[${n}X`];
  const colors = [`${ESC}[31m`, `${ESC}[1;42m`, `${ESC}[0m`, `${ESC}[39m`, `${ESC}[38;5;${n}m`, `${ESC}[22m`];
  const others = [
    '\b',
    `${ESC}7`,
    `${ESC}8`,
    `${ESC}[s`,
    `${ESC}[u`,
    `${ESC}[?25l`,
    `${ESC}[2J`,
    `${ESC}[${n};${n}H`,
    `${ESC}[${n}L`,
    `${ESC}[${n}M`,
    `${ESC}[${n}@`,
    '\x07',
    `${ESC}]0;title\x07`,
  ];
  const kinds = [words, words, words, ['\n'], ['\n'], ['\r'], moves, erasures, colors, others];
  const kind = kinds[pick(kinds.length)]!;
  return kind[pick(kind.length)]!;
}

describe('the terminal', () => {
  it('shows what xterm.js shows, for random programs written in random pieces', async () => {
    for (let seed = 1; seed <= 150; seed++) {
      const pick = random(seed);
      const program = Array.from({ length: 5 + pick(80) }, () => piece(pick)).join('');
      const writes: string[] = [];
      for (let at = 0; at < program.length;) {
        let length = 1 + pick(30);
        // A character of two halves is decoded whole
        if (/[\ud800-\udbff]/.test(program[at + length - 1] ?? '')) length++;
        writes.push(program.slice(at, at + length));
        at += length;
      }
      expect(trimEnd(plain(shown(...writes))), `seed ${seed}: ${JSON.stringify(writes)}`).toBe(await reference(writes));
    }
  });
});
