// "DLNB: New Notebook": opens an untitled notebook with one empty cell.
import * as vscode from 'vscode';
import { newCellId } from '../../kernel/notebook/format/index.ts';
import { NOTEBOOK_TYPE, toNotebookData } from '../notebook/serializer.ts';

export async function newNotebook(): Promise<vscode.NotebookEditor> {
  const cell = { id: newCellId(new Set()), kind: 'code', language: 'typescript', source: '', outputs: [] } as const;
  const data = toNotebookData({ dlnb: 1, metadata: {}, cells: [{ ...cell, outputs: [] }] });
  const notebook = await vscode.workspace.openNotebookDocument(NOTEBOOK_TYPE, data);
  return vscode.window.showNotebookDocument(notebook);
}
