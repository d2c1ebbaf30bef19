// The last lines of a long print, as outputs that are replaced.
import { expect, it } from 'vitest';
import { TAIL_CHARS, TAIL_LINES, Tail } from '../../../../kernel/outputs/tail.ts';
import type { OutputEvent } from '../../../../kernel/wire/protocol.ts';

/** Text by display id, as a host shows it. */
function shown(tail: Tail): { lines: number; texts: string[] } {
  const outputs = new Map<string, string>();
  const { lines } = tail.send((e: OutputEvent) => {
    if ((e.kind === 'display' || e.kind === 'update') && 'text' in e.bundle[0]!) outputs.set(e.id!, e.bundle[0].text);
  });
  return { lines, texts: [...outputs.values()] };
}
const add = (tail: Tail, name: 'stdout' | 'stderr', text: string, back = 0) => tail.add(name, { back, text });

it('keeps the last lines, in the order of the streams', () => {
  const tail = new Tail('c');
  for (let i = 0; i < 5000; i++) add(tail, 'stdout', `${i}\n`);
  add(tail, 'stderr', 'warning\n');
  add(tail, 'stdout', 'last');
  const { lines, texts } = shown(tail);
  expect(lines).toBe(TAIL_LINES);
  expect(texts.map((t) => t.split('\n').length)).toEqual([TAIL_LINES - 1, 2, 1]);
  expect(texts[0]).toMatch(/^4002\n[^]*4999\n$/);
});

it('cuts a line that is too long, and no character', () => {
  const tail = new Tail('c');
  for (let i = 0; i < 100; i++) add(tail, 'stdout', '😀'.repeat(5001));
  const [text] = shown(tail).texts;
  expect(text!.length).toBeLessThanOrEqual(TAIL_CHARS);
  expect(Buffer.from(text!).toString()).toBe(text);
});

it('draws its last lines anew', () => {
  const tail = new Tail('c');
  add(tail, 'stdout', 'a\nstep 1');
  add(tail, 'stdout', '2', 1);
  expect(shown(tail).texts).toEqual(['a\nstep 2']);
});
