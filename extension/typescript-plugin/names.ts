// The names that the cells of a notebook share: what any cell declares at its top level. For TypeScript a cell with an
// import is a module of its own, so its checker alone does not know them.
import type ts from 'typescript';

/**
 * The notebook of a cell by the name that VS Code gives to the cell's file:
 * `^/vscode-notebook-cell/AUTHORITY/PATH/x.dlnb#CELL`. Undefined for all files that are no cells of `.dlnb` notebooks.
 */
export function notebookOf(file: string): string | undefined {
  return /^\^?\/vscode-notebook-cell\/[^#]*\.dlnb(?=#)/i.exec(file)?.[0];
}

/** The innermost node at a position: an identifier, or what begins there. */
export function nodeAt(typescript: typeof ts, source: ts.SourceFile, position: number): ts.Node {
  let found: ts.Node = source;
  const visit = (node: ts.Node): boolean => {
    if (node.getStart(source) > position || node.end < position) return false;
    // At the border of two nodes the one that begins there is meant, unless only the other is a name
    if (node.end === position && !typescript.isIdentifier(node) && node.getStart(source) !== position) {
      return typescript.forEachChild(node, (child) => visit(child) || undefined) ?? false;
    }
    found = node;
    typescript.forEachChild(node, (child) => visit(child) || undefined);
    return true;
  };
  typescript.forEachChild(source, (child) => visit(child) || undefined);
  return found;
}

export class SessionNames {
  /** The cells of the notebook that the program holds. */
  readonly cells: ts.SourceFile[];
  /** Whether the program holds all cells that are open. */
  readonly isWhole: boolean;
  private readonly checker: ts.TypeChecker;
  private known: Set<string> | undefined;

  /** @param files the cell's notebook, and the paths of all open files, in lower case where letters do not differ */
  constructor(
    private readonly typescript: typeof ts,
    program: ts.Program,
    { notebook, open }: { notebook: string; open: readonly string[] },
  ) {
    this.checker = program.getTypeChecker();
    this.cells = program.getSourceFiles().filter(({ fileName }) => notebookOf(fileName) === notebook);
    const held = new Set(this.cells.map(({ fileName }) => fileName.toLowerCase()));
    const prefix = `${notebook.toLowerCase()}#`;
    this.isWhole = open.every((path) => !path.toLowerCase().startsWith(prefix) || held.has(path.toLowerCase()));
  }

  /** The names that cells declare at their top level. */
  get declared(): Set<string> {
    this.known ??= new Set(
      this.cells.flatMap((cell) =>
        this.identifiers(cell)
          .filter((id) => isNameOf(id, id.parent) && this.isTopLevel(id))
          .map(({ text }) => text),
      ),
    );
    return this.known;
  }

  /** All identifiers of a cell, or those with a certain text. */
  identifiers(cell: ts.SourceFile, text?: string): ts.Identifier[] {
    const found: ts.Identifier[] = [];
    const visit = (node: ts.Node): void => {
      if (this.typescript.isIdentifier(node) && (text === undefined || node.text === text)) found.push(node);
      this.typescript.forEachChild(node, visit);
    };
    visit(cell);
    return found;
  }

  /** Whether a node is an identifier that means a shared name: not a property, and not a name of an inner scope. */
  isShared(node: ts.Node): node is ts.Identifier {
    if (!this.typescript.isIdentifier(node) || !this.declared.has(node.text) || this.isKey(node)) return false;
    const cell = node.getSourceFile();
    const inner = (d: ts.Declaration) => d.getSourceFile() === cell && !this.isTopLevel(d);
    return !this.symbolOf(node)?.declarations?.some(inner);
  }

  /** The symbol that an identifier means. */
  symbolOf(id: ts.Identifier): ts.Symbol | undefined {
    const t = this.typescript;
    const { parent } = id;
    if (t.isShorthandPropertyAssignment(parent)) return this.checker.getShorthandAssignmentValueSymbol(parent);
    if (t.isExportSpecifier(parent)) return this.checker.getExportSpecifierLocalTargetSymbol(parent);
    return this.checker.getSymbolAtLocation(id);
  }

  /** Whether a declaration, or the name or beginning of one, is at the top level of its file. */
  isTopLevel(node: ts.Node): boolean {
    const t = this.typescript;
    // `var` leaves blocks
    let hoisted = false;
    for (let at = node; ; at = at.parent) {
      const { parent } = at as { parent?: ts.Node };
      if (!parent || t.isSourceFile(parent)) return true;
      if (t.isVariableDeclarationList(at)) hoisted = (at.flags & t.NodeFlags.BlockScoped) === 0;
      const isExpression = t.isFunctionExpression(parent) || t.isClassExpression(parent);
      if (isNameOf(at, parent) && !isExpression && t.isStatement(parent)) continue;
      if (t.isFunctionLike(parent) || t.isClassLike(parent) || t.isModuleDeclaration(parent)) return false;
      if (t.isEnumDeclaration(parent) || t.isInterfaceDeclaration(parent) || t.isTypeAliasDeclaration(parent))
        return false;
      if (!hoisted && opensScope(t, parent)) return false;
    }
  }

  /** Whether an identifier names a property, a label or the name in another module: no variable. */
  private isKey(id: ts.Identifier): boolean {
    const t = this.typescript;
    const { parent } = id;
    if (t.isPropertyAccessExpression(parent)) return parent.name === id;
    if (t.isQualifiedName(parent)) return parent.right === id;
    if (t.isImportSpecifier(parent) || t.isBindingElement(parent)) return parent.propertyName === id;
    if (t.isExportSpecifier(parent)) return parent.propertyName !== undefined && parent.name === id;
    if (t.isPropertyAssignment(parent) || t.isEnumMember(parent)) return parent.name === id;
    if (t.isClassElement(parent) || t.isTypeElement(parent)) return parent.name === id;
    if (t.isLabeledStatement(parent) || t.isBreakOrContinueStatement(parent)) return parent.label === id;
    if (t.isJsxAttribute(parent) || t.isNamedTupleMember(parent)) return parent.name === id;
    return t.isMetaProperty(parent);
  }
}

const isNameOf = (node: ts.Node, parent: ts.Node) => (parent as { name?: ts.Node }).name === node;

const opensScope = (t: typeof ts, node: ts.Node): boolean =>
  t.isBlock(node) ||
  t.isCaseBlock(node) ||
  t.isCatchClause(node) ||
  t.isForStatement(node) ||
  t.isForInStatement(node) ||
  t.isForOfStatement(node);
