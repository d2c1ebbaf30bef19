// Nothing twice: what the extension's own server answers about cells, this server does not. Quick fixes and refactorings
// that only this one has stay.
import type ts from 'typescript';

type Service = ts.LanguageService;

/** The answers about a cell, in the place of this server's. */
const SILENT: { [K in keyof Service]?: unknown } = {
  getSyntacticDiagnostics: [],
  getSemanticDiagnostics: [],
  getSuggestionDiagnostics: [],
  getCompletionsAtPosition: undefined,
  getCompletionEntryDetails: undefined,
  getQuickInfoAtPosition: undefined,
  getSignatureHelpItems: undefined,
  getDefinitionAtPosition: undefined,
  getDefinitionAndBoundSpan: undefined,
  getTypeDefinitionAtPosition: undefined,
  getReferencesAtPosition: undefined,
  findReferences: undefined,
  getDocumentHighlights: undefined,
  findRenameLocations: undefined,
  getRenameInfo: { canRename: false, localizedErrorMessage: 'You cannot rename this element.' },
  getOutliningSpans: [],
  getEncodedSemanticClassifications: { spans: [], endOfLineState: 0 },
  provideInlayHints: [],
};

/** The fix that imports a name: the own server knows where the imports of all cells are. */
const ADD_IMPORT = 'import';

/**
 * Makes a service silent about cells.
 * @param own the answers that are not the service's; more are put in
 * @param isCell whether a file is a cell
 */
export function mute(own: Partial<Service>, service: Service, isCell: (file: string) => boolean): void {
  type Method = (...args: unknown[]) => unknown;
  const methods = own as unknown as Record<string, Method>;
  const theirs = service as unknown as Record<string, Method>;
  for (const [name, answer] of Object.entries(SILENT)) {
    const other = (methods[name] ?? theirs[name])?.bind(service);
    if (!other) continue;
    methods[name] = (...args) => {
      // The scope of an action, or a file
      const [first] = args as [string | { fileName: string }];
      return isCell(typeof first === 'string' ? first : first.fileName) ? answer : other(...args);
    };
  }
  const navigation = service.getNavigationTree.bind(service);
  own.getNavigationTree = (file) => {
    const tree = navigation(file);
    return isCell(file) ? { ...tree, childItems: [] } : tree;
  };
  const fixes = (own.getCodeFixesAtPosition ?? service.getCodeFixesAtPosition).bind(service);
  own.getCodeFixesAtPosition = (file, ...rest) => {
    const found = fixes(file, ...rest);
    return isCell(file) ? found.filter(({ fixName }) => fixName !== ADD_IMPORT) : found;
  };
}
