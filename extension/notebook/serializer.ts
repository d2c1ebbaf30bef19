// Reads and writes `.dlnb` files for the editor. A file that does not parse opens as an error, never as an empty
// notebook.
import * as vscode from 'vscode';
import {
  decodeNotebook,
  FormatError,
  NewerVersionError,
  newCellId,
  printNotebook,
} from '../../kernel/notebook/format/index.ts';
import type { Notebook } from '../../kernel/notebook/format/types.ts';
import { endRunning } from '../../kernel/host/client/ended.ts';
import { toEditor, toFile, type CellMetadata, type OutputMetadata, type PlainNotebook } from './data.ts';

export const NOTEBOOK_TYPE = 'dlnb';

export const serializerOptions: vscode.NotebookDocumentContentOptions = {
  transientOutputs: false,
  transientCellMetadata: {},
  transientDocumentMetadata: {},
};

export class DlnbSerializer implements vscode.NotebookSerializer {
  deserializeNotebook(content: Uint8Array): vscode.NotebookData {
    return toNotebookData(endRunning(readNotebook(content)));
  }

  serializeNotebook(data: vscode.NotebookData): Uint8Array {
    return new TextEncoder().encode(printNotebook(toFile(fromNotebookData(data), newCellId)));
  }
}

/**
 * Reads a file, one of a newer version as far as possible.
 * @throws Error with line and column if the file is no notebook
 */
function readNotebook(content: Uint8Array): Notebook {
  try {
    return decodeNotebook(content);
  } catch (e) {
    if (e instanceof NewerVersionError) return e.notebook;
    if (e instanceof FormatError) {
      throw new Error(
        `This DLNB notebook cannot be read: ${e.message} (Use "Reopen Editor With… > Text Editor" to correct it; the file is left as it is.)`,
      );
    }
    throw e;
  }
}

export function toNotebookData(notebook: Notebook): vscode.NotebookData {
  const plain = toEditor(notebook);
  const data = new vscode.NotebookData(
    plain.cells.map((cell) => {
      const kind = cell.kind === 'markdown' ? vscode.NotebookCellKind.Markup : vscode.NotebookCellKind.Code;
      const made = new vscode.NotebookCellData(kind, cell.value, cell.language);
      made.metadata = { ...cell.metadata };
      made.outputs = cell.outputs.map(
        ({ items, metadata }) =>
          new vscode.NotebookCellOutput(
            items.map(({ mime, data }) => new vscode.NotebookCellOutputItem(data, mime)),
            { ...metadata },
          ),
      );
      return made;
    }),
  );
  data.metadata = { ...plain.metadata };
  return data;
}

/** The text of the file if the document were saved now. */
export function printDocument(notebook: vscode.NotebookDocument): string {
  const cells = notebook.getCells().map((cell) => {
    const made = new vscode.NotebookCellData(cell.kind, cell.document.getText(), cell.document.languageId);
    made.metadata = cell.metadata;
    made.outputs = [...cell.outputs];
    return made;
  });
  const data = new vscode.NotebookData(cells);
  data.metadata = notebook.metadata;
  return printNotebook(toFile(fromNotebookData(data), newCellId));
}

function fromNotebookData(data: vscode.NotebookData): PlainNotebook {
  return {
    metadata: { ...data.metadata },
    cells: data.cells.map((cell) => ({
      kind: cell.kind === vscode.NotebookCellKind.Markup ? 'markdown' : 'code',
      language: cell.languageId,
      value: cell.value,
      metadata: { ...cell.metadata } as CellMetadata,
      outputs: (cell.outputs ?? []).map(({ items, metadata }) => ({
        items,
        metadata: metadata as OutputMetadata | undefined,
      })),
    })),
  };
}
