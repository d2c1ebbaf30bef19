// Renaming in cells. A name that cells share is renamed in all of them. A property is renamed only if TypeScript finds
// every place that may mean it; it does not where a value comes out of a cell with imports.
import type ts from 'typescript';
import { nodeAt, type SessionNames } from './names.ts';

/** The place where the user asks for a new name. */
export interface RenameRequest {
  typescript: typeof ts;
  /** The service of TypeScript itself. */
  service: ts.LanguageService;
  /** The names of the cell's notebook; undefined where the file is no cell. */
  names: SessionNames | undefined;
  file: string;
  position: number;
}

const refused = (localizedErrorMessage: string): ts.RenameInfo => ({ canRename: false, localizedErrorMessage });

/** Whether the name can be renamed. @param request with TypeScript's own answer */
export function renameInfo(request: RenameRequest & { info: ts.RenameInfo }): ts.RenameInfo {
  const { names, info } = request;
  const id = identifierAt(request);
  if (!names || !id) return info;
  const name = id.text;
  const shared = names.isShared(id);
  if (!shared && (!info.canRename || isVariable(request, id))) return info;
  if (!names.isWhole) return refused(`DLNB: "${name}" cannot be renamed, because not all cells are known yet.`);
  if (shared) {
    const triggerSpan = { start: id.getStart(), length: id.getWidth() };
    const kind = request.typescript.ScriptElementKind.variableElement;
    if (info.canRename) return { ...info, triggerSpan };
    return { canRename: true, displayName: name, fullDisplayName: name, kind, kindModifiers: '', triggerSpan };
  }
  const cell = elsewhere(request, id);
  if (cell === undefined) return info;
  return refused(
    `DLNB: another cell has "${name}" too (${cell}), and TypeScript does not know whether it is the same. Use Find and Replace.`,
  );
}

/** The places of a shared name in all cells; undefined if TypeScript's own answer holds. */
export function renameLocations(request: RenameRequest): ts.RenameLocation[] | undefined {
  const { names } = request;
  const id = identifierAt(request);
  if (!names || !id || !names.isShared(id)) return undefined;
  return names.cells.flatMap((cell) =>
    names
      .identifiers(cell, id.text)
      .filter((other) => names.isShared(other))
      .map((other) => ({
        fileName: cell.fileName,
        textSpan: { start: other.getStart(cell), length: other.getWidth(cell) },
        ...around(request.typescript, other),
      })),
  );
}

/** What keeps the other meaning of a name that stands for two: `{ a }` becomes `{ a: b }`. */
function around(t: typeof ts, { parent, text }: ts.Identifier): { prefixText?: string; suffixText?: string } {
  if (t.isShorthandPropertyAssignment(parent)) return { prefixText: `${text}: ` };
  if (t.isBindingElement(parent) && t.isObjectBindingPattern(parent.parent))
    return parent.propertyName || parent.dotDotDotToken ? {} : { prefixText: `${text}: ` };
  if (t.isImportSpecifier(parent)) return parent.propertyName ? {} : { prefixText: `${text} as ` };
  if (t.isExportSpecifier(parent)) return parent.propertyName ? {} : { suffixText: ` as ${text}` };
  return {};
}

function identifierAt({ typescript, service, names, file, position }: RenameRequest): ts.Identifier | undefined {
  const source = names && service.getProgram()?.getSourceFile(file);
  const node = source && nodeAt(typescript, source, position);
  return node && typescript.isIdentifier(node) ? node : undefined;
}

/** Whether an identifier means a variable, parameter, function or type of an inner scope: TypeScript knows all of it. */
function isVariable({ typescript: { SymbolFlags }, names }: RenameRequest, id: ts.Identifier): boolean {
  const flags = names!.symbolOf(id)?.flags ?? 0;
  return (flags & (SymbolFlags.Property | SymbolFlags.Method | SymbolFlags.Accessor | SymbolFlags.EnumMember)) === 0;
}

/** A line of another cell with the same word that TypeScript would not rename. */
function elsewhere({ service, names, file, position }: RenameRequest, id: ts.Identifier): string | undefined {
  const found = service.findRenameLocations(file, position, false, false, {}) ?? [];
  const known = new Set(found.map(({ fileName, textSpan }) => `${textSpan.start} ${fileName}`));
  for (const cell of names!.cells) {
    if (cell.fileName === file) continue;
    const other = names!.identifiers(cell, id.text).find((i) => !known.has(`${i.getStart(cell)} ${cell.fileName}`));
    if (!other) continue;
    const line = cell.text.slice(0, other.getStart(cell)).split('\n').length - 1;
    return cell.text.split('\n')[line]!.trim().slice(0, 60);
  }
  return undefined;
}
