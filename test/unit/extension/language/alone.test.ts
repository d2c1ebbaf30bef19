// Who completes in cells while VS Code's own TypeScript starts. VS Code itself is stood in for: what is tested is what is
// registered, and for how long.
import type * as vscode from 'vscode';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

type Provider = vscode.CompletionItemProvider;
interface Registered {
  selector: { language: string; exclusive?: boolean }[];
  provider: Provider;
}
let registered: Registered[] = [];
let open: ((notebook: { notebookType: string }) => void) | undefined;

vi.mock('vscode', () => ({
  languages: {
    registerCompletionItemProvider: (selector: Registered['selector'], provider: Provider) => {
      const entry = { selector, provider };
      registered.push(entry);
      return { dispose: () => (registered = registered.filter((other) => other !== entry)) };
    },
  },
  workspace: {
    notebookDocuments: [],
    onDidOpenNotebookDocument: (listener: typeof open) => {
      open = listener;
      return { dispose: () => (open = undefined) };
    },
  },
  Disposable: {
    from: (...all: { dispose(): void }[]) => ({ dispose: () => all.forEach((one) => one.dispose()) }),
  },
}));
vi.mock('../../../../extension/notebook/serializer.ts', () => ({ NOTEBOOK_TYPE: 'dlnb' }));

const item = { label: 'name' } as vscode.CompletionItem;
const provider: Provider = { provideCompletionItems: () => [item], resolveCompletionItem: () => item };
const alone = () => registered.filter(({ selector }) => selector.every(({ exclusive }) => exclusive));
const answers = () =>
  registered.map(({ provider }) =>
    provider.provideCompletionItems(...([] as unknown as Parameters<Provider['provideCompletionItems']>)),
  );

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  registered = [];
});
const start = async () => {
  const { completeAlone } = await import('../../../../extension/language/alone.ts');
  return completeAlone([{ language: 'typescript' }], provider, ['.']);
};

it('answers once, and leaves out all others while the servers start', async () => {
  const all = await start();
  expect(alone()).toHaveLength(1);
  expect(answers().filter((answer) => answer !== undefined)).toEqual([[item]]);
  open!({ notebookType: 'jupyter-notebook' });
  vi.advanceTimersByTime(60_000);
  expect(alone()).toHaveLength(1);
  open!({ notebookType: 'dlnb' });
  vi.advanceTimersByTime(19_000);
  expect(alone()).toHaveLength(1);
  vi.advanceTimersByTime(1_000);
  expect(alone()).toHaveLength(0);
  expect(answers()).toEqual([[item]]);
  all.dispose();
  expect(registered).toEqual([]);
});

it('goes on while somebody types: a list that is open gets its documentation from who filled it', async () => {
  const all = await start();
  open!({ notebookType: 'dlnb' });
  for (let i = 0; i < 6; i++) {
    vi.advanceTimersByTime(5_000);
    answers();
  }
  expect(alone()).toHaveLength(1);
  vi.advanceTimersByTime(10_000);
  expect(alone()).toHaveLength(0);
  all.dispose();
});

it('ends with the window before its time', async () => {
  const all = await start();
  open!({ notebookType: 'dlnb' });
  all.dispose();
  expect(registered).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});
