// A plugin for the TypeScript server of VS Code. That server sees each cell as a file and does not know that cells
// share their names: it takes imports and constants that other cells use for unused, and removes them. The plugin
// corrects its answers about cells of DLNB notebooks and leaves all other files alone, cells of Jupyter notebooks too.
// Where the extension has a server of its own, which sees all cells, what both would answer is left to that one.
import { existsSync } from 'node:fs';
import path from 'node:path';
import type ts from 'typescript';
import { restInCells } from './idle.ts';
import { mute } from './mute.ts';
import { organizeCell } from './organize.ts';
import { nodeAt, notebookOf, SessionNames } from './names.ts';
import { renameInfo, renameLocations } from './rename.ts';

/** "… is declared but never read", for one name, a whole import, a type, a pattern, a list of variables. */
const UNUSED = new Set([6133, 6192, 6196, 6198, 6199]);
/** Their quick fix, and those for all of a file: the latter remove what other cells use, too. */
const REMOVE_UNUSED = 'unusedIdentifier';
/** The quick fix that imports a name; its form for all of a file imports names that other cells declare. */
const ADD_IMPORT = 'import';
const ADD_ALL_IMPORTS = 'fixMissingImport';

/** Refactorings that move code out of a cell, or change a name's form in one cell only. */
const BREAKING = new Set([
  'Move to a new file',
  'Move to file',
  'Convert import',
  'Convert export',
  'Convert parameters to destructured object',
]);

/** Whether the extension has TypeScript's native program for this platform (kernel/language/server.ts). */
function hasOwnServer(): boolean {
  const name = process.platform === 'win32' ? 'tsc.exe' : 'tsc';
  return existsSync(path.join(__dirname, '../../dist/typescript/lib', name));
}

/** What the server calls when it has loaded the plugin. */
export default function init({ typescript }: { typescript: typeof ts }): ts.server.PluginModule {
  return { create: (info) => correct(typescript, info) };
}

/** The language service of a project, with corrected answers about cells. */
function correct(typescript: typeof ts, info: ts.server.PluginCreateInfo): ts.LanguageService {
  const service = info.languageService;
  const open = () => [...info.project.projectService.openFiles.keys()].map(String);
  const namesOf = (file: string): SessionNames | undefined => {
    const notebook = notebookOf(file);
    const program = notebook === undefined ? undefined : service.getProgram();
    return program && new SessionNames(typescript, program, { notebook: notebook!, open: open() });
  };
  /** Whether what begins at a position of a cell declares names for all cells. */
  const isShared = (file: string, position: number | undefined): boolean => {
    const source = service.getProgram()?.getSourceFile(file);
    const names = source && position !== undefined ? namesOf(file) : undefined;
    return names !== undefined && names.isTopLevel(nodeAt(typescript, source!, position!));
  };
  const withoutUnused = <D extends ts.Diagnostic>(file: string, diagnostics: D[]): D[] =>
    notebookOf(file) === undefined
      ? diagnostics
      : diagnostics.filter(({ code, start }) => !UNUSED.has(code) || !isShared(file, start));

  const own: Partial<ts.LanguageService> = {
    getSuggestionDiagnostics: (file) => withoutUnused(file, service.getSuggestionDiagnostics(file)),
    getSemanticDiagnostics: (file) => withoutUnused(file, service.getSemanticDiagnostics(file)),

    organizeImports(scope, ...rest) {
      const names = namesOf(scope.fileName);
      return names
        ? organizeCell({ typescript, service, names, scope, rest })
        : service.organizeImports(scope, ...rest);
    },

    getCodeFixesAtPosition(file, start, ...rest) {
      const fixes = service.getCodeFixesAtPosition(file, start, ...rest);
      if (notebookOf(file) === undefined) return fixes;
      return fixes.filter((fix) => !breaksCell(file, start, fix.fixName)).map(withoutAll);
    },

    getCombinedCodeFix(scope, fixId, ...rest) {
      const breaks = [REMOVE_UNUSED, ADD_ALL_IMPORTS].some((id) => String(fixId).startsWith(id));
      if (notebookOf(scope.fileName) !== undefined && breaks) return { changes: [] };
      return service.getCombinedCodeFix(scope, fixId, ...rest);
    },

    getApplicableRefactors(file, range, ...rest) {
      const refactors = service.getApplicableRefactors(file, range, ...rest);
      if (notebookOf(file) === undefined) return refactors;
      const at = typeof range === 'number' ? range : range.pos;
      const inlines = ({ name }: ts.ApplicableRefactorInfo) => name === 'Inline variable' && inlinesShared(file, at);
      return refactors.filter((refactor) => !BREAKING.has(refactor.name) && !inlines(refactor));
    },

    getRenameInfo(file, position, ...rest) {
      // Its last parameter was a boolean before TypeScript 5.1
      const info = service.getRenameInfo(file, position, ...(rest as [ts.UserPreferences]));
      return renameInfo({ typescript, service, names: namesOf(file), file, position, info });
    },

    findRenameLocations(file, position, ...rest: unknown[]) {
      const found = () =>
        service.findRenameLocations(file, position, ...(rest as [boolean, boolean, ts.UserPreferences]));
      return renameLocations({ typescript, service, names: namesOf(file), file, position }) ?? found();
    },

    // Pasting code of another cell would import the names that both share
    getPasteEdits: (args, ...rest) =>
      notebookOf(args.targetFile) === undefined ? service.getPasteEdits(args, ...rest) : { edits: [] },
  };

  function breaksCell(file: string, start: number, fix: string): boolean {
    if (fix === REMOVE_UNUSED) return isShared(file, start);
    if (fix !== ADD_IMPORT) return false;
    const source = service.getProgram()?.getSourceFile(file);
    const name = source && nodeAt(typescript, source, start);
    return name !== undefined && (namesOf(file)?.declared.has(name.getText(source)) ?? false);
  }

  function inlinesShared(file: string, position: number): boolean {
    const source = service.getProgram()?.getSourceFile(file);
    const name = source && nodeAt(typescript, source, position);
    return name !== undefined && (namesOf(file)?.isShared(name) ?? false);
  }

  if (hasOwnServer()) {
    const isCell = (file: string) => notebookOf(file) !== undefined;
    mute(own, service, isCell);
    restInCells(info, isCell);
  }
  const proxy = Object.create(null) as Record<string, unknown>;
  for (const key of Object.keys(service) as (keyof ts.LanguageService)[]) {
    // An older TypeScript lacks some of them
    const method = (typeof service[key] === 'function' && own[key]) || service[key];
    proxy[key] =
      typeof method === 'function'
        ? (...args: unknown[]) => (method as (...args: unknown[]) => unknown).apply(service, args)
        : method;
  }
  return proxy as unknown as ts.LanguageService;
}

/** A quick fix without its form for the whole file, if that would remove or import names. */
function withoutAll(fix: ts.CodeFixAction): ts.CodeFixAction {
  if (fix.fixName !== REMOVE_UNUSED && fix.fixName !== ADD_IMPORT) return fix;
  const { fixId, fixAllDescription, ...once } = fix;
  void [fixId, fixAllDescription];
  return once;
}
