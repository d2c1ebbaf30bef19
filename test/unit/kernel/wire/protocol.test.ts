// The table of messages.
import { expect, test } from 'vitest';
import { handle, type Handlers, type HostMessage } from '../../../../kernel/wire/protocol.ts';

test('each message goes to the handler of its type; an unknown one to none', () => {
  const seen: string[] = [];
  const handlers: Handlers<HostMessage> = {
    run: ({ code }) => seen.push(`run ${code}`),
    ask: ({ question }) => seen.push(`ask ${question}`),
    shutdown: () => seen.push('shutdown'),
  };
  expect(handle(handlers, { type: 'shutdown' })).toBe(true);
  expect(handle(handlers, { type: 'run', code: '1' } as HostMessage)).toBe(true);
  for (const type of ['unknown', 'toString', '__proto__']) expect(handle(handlers, { type })).toBe(false);
  expect(seen).toEqual(['shutdown', 'run 1']);
});
