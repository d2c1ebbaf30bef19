// Entry of the bundle language.js. TypeScript in cells: one server for the window, started when the first notebook is
// open, and what VS Code asks of it.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { findProgram, Language } from '../../kernel/language/service.ts';
import { LANGUAGES } from '../../kernel/notebook/format/languages.ts';
import { workingFolder } from '../execution/kernel-starter.ts';
import { log, logInto } from '../log.ts';
import { NOTEBOOK_TYPE } from '../notebook/serializer.ts';
import { Actions, actionKinds } from './actions.ts';
import { completeAlone } from './alone.ts';
import { Completion, COMPLETION_TRIGGERS, importCommand, SIGNATURE_TRIGGERS, Signatures } from './completion.ts';
import { Diagnostics } from './diagnostics.ts';
import { followFiles, followSettings } from './follow.ts';
import { Formatting } from './formatting.ts';
import { LiveValues, type KernelOf } from './live.ts';
import { Highlights, Hints, Hovers, Places, registerHighlights, Renames } from './navigation.ts';
import { OpenNotebooks } from './notebooks.ts';
import { TypesStatus } from './status.ts';
import { Colors, Folding, legend, Symbols } from './structure.ts';

const selector = LANGUAGES.map((language) => ({ notebookType: NOTEBOOK_TYPE, language }));

/** The command that starts a server that was given up. Not in the palette. */
const AGAIN = 'dlnb.startTypes';

/** What is told about the service. */
export interface LanguageState extends vscode.Disposable {
  /** The process id of the server; undefined where there is none. */
  pid(): Promise<number | undefined>;
}

/** What the service needs of the extension, which is another bundle. */
export interface LanguageHost {
  /** The folder of the extension. */
  extensionPath: string;
  /** Finds the kernels that have values. */
  kernelOf: KernelOf;
  log: () => vscode.LogOutputChannel;
}

/** Starts the service for the notebooks of the window. */
export function startLanguage({ extensionPath, kernelOf, log: theirs }: LanguageHost): LanguageState {
  logInto(theirs);
  const dist = path.join(extensionPath, 'dist');
  const types = path.join(dist, 'types');
  const program = findProgram(dist);
  if (program === undefined) return withoutServer();
  const first = vscode.workspace.notebookDocuments.find(({ notebookType }) => notebookType === NOTEBOOK_TYPE);
  const folder =
    vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri.fsPath ??
    (first ? workingFolder(first) : process.cwd());
  const status = new TypesStatus();
  const language = new Language({
    program,
    types,
    folder,
    settings: (section) => JSON.parse(JSON.stringify(vscode.workspace.getConfiguration(section))) as unknown,
    log: (line) => log().warn(line),
    gaveUp: (reason) => status.show({ text: 'Types ended', tooltip: `${reason} Click to start it.`, command: AGAIN }),
  });
  const notebooks = new OpenNotebooks(language);
  const diagnostics = new Diagnostics(notebooks);
  const looks = new vscode.EventEmitter<void>();
  const refresh = () => {
    diagnostics.refresh();
    looks.fire();
  };
  const { languages } = vscode;
  const places = new Places(notebooks);
  const live = new LiveValues(kernelOf);
  const subscriptions = vscode.Disposable.from(
    completeAlone(selector, new Completion(notebooks, live), COMPLETION_TRIGGERS),
    importCommand(notebooks),
    languages.registerSignatureHelpProvider(selector, new Signatures(notebooks), SIGNATURE_TRIGGERS),
    languages.registerHoverProvider(selector, new Hovers(notebooks, live)),
    languages.registerDefinitionProvider(selector, places),
    languages.registerTypeDefinitionProvider(selector, places),
    languages.registerReferenceProvider(selector, places),
    registerHighlights(selector, new Highlights(notebooks)),
    languages.registerRenameProvider(selector, new Renames(notebooks, types)),
    languages.registerDocumentSymbolProvider(selector, new Symbols(notebooks)),
    languages.registerFoldingRangeProvider(selector, new Folding(notebooks)),
    languages.registerDocumentSemanticTokensProvider(
      selector,
      new Colors(notebooks, () => language.server.legend(), looks.event),
      legend,
    ),
    languages.registerInlayHintsProvider(selector, new Hints(notebooks, looks.event)),
    languages.registerCodeActionsProvider(selector, new Actions(notebooks), actionKinds),
    new Formatting(selector, notebooks),
    status,
    vscode.commands.registerCommand(AGAIN, () => {
      status.show(undefined);
      language.server.again();
      refresh();
    }),
    followSettings(language, refresh),
    followFiles(language, refresh),
    looks,
    diagnostics,
    notebooks,
  );
  return { pid: () => language.server.pid(), dispose: () => void subscriptions.dispose() };
}

/** Says that this package has no types in cells: everything else works, and VS Code's own TypeScript helps. */
function withoutServer(): LanguageState {
  const platform = `${process.platform}-${process.arch}`;
  log().info(`There is no native TypeScript for ${platform} in this package: cells have no types.`);
  const status = new TypesStatus();
  const tooltip = `DLNB: this package has no native TypeScript for ${platform}, so cells have no types. All else works.`;
  status.show({ text: 'No types', tooltip });
  return { pid: () => Promise.resolve(undefined), dispose: () => void status.dispose() };
}
