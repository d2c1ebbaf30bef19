// Organizing the imports of a cell. What another cell uses stays: TypeScript is given the cell with an export of these
// names at its end, in a small service of its own.
import type ts from 'typescript';
import type { SessionNames } from './names.ts';

type Rest = Parameters<ts.LanguageService['organizeImports']> extends [unknown, ...infer R] ? R : never;

/** What TypeScript is asked for, about a cell. */
export interface OrganizeRequest {
  typescript: typeof ts;
  service: ts.LanguageService;
  names: SessionNames;
  scope: ts.OrganizeImportsArgs;
  /** Formatting and preferences. */
  rest: Rest;
}

/** The changes of the cell. Nothing is removed while not all cells are known and can be read. */
export function organizeCell({
  typescript,
  service,
  names,
  scope,
  rest,
}: OrganizeRequest): readonly ts.FileTextChanges[] {
  const program = service.getProgram();
  const cell = program?.getSourceFile(scope.fileName);
  if (!cell) return [];
  const isReadable =
    names.isWhole && names.cells.every((other) => service.getSyntacticDiagnostics(other.fileName).length === 0);
  const mode = typescript.OrganizeImportsMode;
  const sorts = scope.mode === mode.SortAndCombine;
  if (!isReadable && scope.mode === mode.RemoveUnused) return [];
  const used = importedNames(typescript, cell).filter((name) =>
    names.cells.some((other) =>
      names.identifiers(other, name).some((id) => !isImported(typescript, id) && names.isShared(id)),
    ),
  );
  // With errors TypeScript does not remove imports from a file, but from this one it would
  const text = `${cell.text}\n;export { ${used.join(', ')} };\n`;
  const args = {
    ...scope,
    skipDestructiveCodeActions: false,
    mode: isReadable || sorts ? scope.mode! : mode.SortAndCombine,
  };
  // The name of a cell has no ending, which says what language it is
  const fileName = `/cell.${cell.languageVariant === typescript.LanguageVariant.JSX ? 'tsx' : 'ts'}`;
  const changes = small(typescript, fileName, text).organizeImports({ ...args, fileName }, ...rest);
  return changes.map((change) => {
    const edits = change.textChanges
      .filter(({ span }) => span.start <= cell.text.length && span.start + span.length <= cell.text.length + 1)
      .map((edit) => within(edit, cell.text.length));
    return { ...change, fileName: scope.fileName, textChanges: withoutLastLine(cell.text, edits) };
  });
}

/** Edits without the line break behind imports that are all of the cell, which had none. */
function withoutLastLine(text: string, edits: ts.TextChange[]): ts.TextChange[] {
  const sorted = [...edits].sort((a, b) => a.span.start - b.span.start);
  const result = sorted.reduceRight((t, { span, newText }) => {
    return t.slice(0, span.start) + newText + t.slice(span.start + span.length);
  }, text);
  const last = sorted.findLast(({ newText }) => newText !== '');
  if (/\n$/.test(text) || !/\n$/.test(result) || !last) return edits;
  return edits.map((edit) => (edit === last ? { ...edit, newText: edit.newText.replace(/(\r?\n)+$/, '') } : edit));
}

/** An edit that ends at the end of the cell, and not behind it. */
function within(edit: ts.TextChange, length: number): ts.TextChange {
  const { start } = edit.span;
  if (start + edit.span.length <= length) return edit;
  return { span: { start, length: length - start }, newText: edit.newText.replace(/\r?\n$/, '') };
}

function importedNames(t: typeof ts, cell: ts.SourceFile): string[] {
  const names: string[] = [];
  for (const statement of cell.statements) {
    const clause = t.isImportDeclaration(statement) ? statement.importClause : undefined;
    if (clause?.name) names.push(clause.name.text);
    const bindings = clause?.namedBindings;
    if (bindings && t.isNamespaceImport(bindings)) names.push(bindings.name.text);
    else if (bindings) names.push(...bindings.elements.map(({ name }) => name.text));
  }
  return names;
}

const isImported = (t: typeof ts, { parent }: ts.Identifier) =>
  t.isImportSpecifier(parent) || t.isImportClause(parent) || t.isNamespaceImport(parent);

/** A service that knows one text and no other file. */
function small(t: typeof ts, file: string, text: string): ts.LanguageService {
  const options: ts.CompilerOptions = {
    noLib: true,
    noResolve: true,
    allowJs: true,
    jsx: t.JsxEmit.Preserve,
    types: [],
  };
  return t.createLanguageService({
    getCompilationSettings: () => options,
    getScriptFileNames: () => [file],
    getScriptVersion: () => '1',
    getScriptSnapshot: (name) => (name === file ? t.ScriptSnapshot.fromString(text) : undefined),
    getCurrentDirectory: () => '/',
    getDefaultLibFileName: () => '',
    fileExists: (name) => name === file,
    readFile: (name) => (name === file ? text : undefined),
  });
}
