// The text of a stream output, reduced from events that also take text back.
import { expect, it } from 'vitest';
import type { StreamEvent } from '../../../../kernel/wire/protocol.ts';
import { StreamText } from '../../../../kernel/wire/stream-text.ts';

const event = (text: string, more: Partial<StreamEvent> = {}): StreamEvent => ({
  kind: 'stream',
  name: 'stdout',
  text,
  ...more,
});

it('loses characters of its end before text is appended', () => {
  const stream = new StreamText();
  expect(stream.apply(event('10 %'))).toBe(true);
  expect(stream.apply(event('20 %', { back: 4 }))).toBe(false);
  expect(stream.text).toBe('20 %');
});

it('never loses what was written past the kernel, nor more than there is', () => {
  const stream = new StreamText();
  stream.apply(event('native\n', { native: true }));
  stream.apply(event('a'));
  stream.apply(event('b', { back: 50 }));
  expect(stream.text).toBe('native\nb');
});
