// Completion by this extension alone while VS Code's own TypeScript starts: VS Code shows a list when all that complete
// in a cell have answered, and that one answers when its servers run and have read all cells. Afterwards it says of cells
// nothing within a millisecond (extension/typescript-plugin/), and other extensions complete in cells too.
import * as vscode from 'vscode';
import { NOTEBOOK_TYPE } from '../notebook/serializer.ts';

/** After the first notebook was opened, the servers run. On a quiet machine they need two seconds. */
const START_MS = 20_000;
/** A list that is open gets its documentation from the provider that filled it. */
const IDLE_MS = 10_000;

type Provider = vscode.CompletionItemProvider<vscode.CompletionItem>;

/** Registers a provider of completion, at first with a second registration for which VS Code leaves out all others. */
export function completeAlone(
  selector: readonly vscode.DocumentFilter[],
  provider: Provider,
  triggers: readonly string[],
): vscode.Disposable {
  let asked = 0;
  let isAlone = true;
  const first: Provider = {
    provideCompletionItems(...args) {
      asked = Date.now();
      return provider.provideCompletionItems(...args);
    },
    resolveCompletionItem: provider.resolveCompletionItem?.bind(provider),
  };
  const later: Provider = {
    // A version of VS Code that asks both gets one answer
    provideCompletionItems: (...args) => (isAlone ? undefined : provider.provideCompletionItems(...args)),
    resolveCompletionItem: first.resolveCompletionItem,
  };
  // VS Code knows `exclusive`, of which its declarations say nothing
  const alone = selector.map((filter) => ({ ...filter, exclusive: true }));
  const registered = vscode.languages.registerCompletionItemProvider(alone, first, ...triggers);
  let timer: NodeJS.Timeout | undefined;
  const end = () => {
    const idle = Date.now() - asked;
    if (idle < IDLE_MS) timer = setTimeout(end, IDLE_MS - idle);
    else {
      isAlone = false;
      registered.dispose();
    }
  };
  const begin = (notebook: vscode.NotebookDocument) => {
    if (notebook.notebookType === NOTEBOOK_TYPE) timer ??= setTimeout(end, START_MS);
  };
  vscode.workspace.notebookDocuments.forEach(begin);
  return vscode.Disposable.from(
    registered,
    vscode.languages.registerCompletionItemProvider([...selector], later, ...triggers),
    vscode.workspace.onDidOpenNotebookDocument(begin),
    { dispose: () => clearTimeout(timer) },
  );
}
