// "DLNB: Export Notebook…": writes the notebook in its present state, saved or not, as a web page, a Jupyter notebook
// or TypeScript. The command line exports a copy.
import * as vscode from 'vscode';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { findNode } from '../../kernel/host/client/index.ts';
import { cleanEnv } from '../../kernel/host/client/node.ts';
import { log } from '../log.ts';
import { printDocument } from '../notebook/serializer.ts';
import { workingFolder } from '../execution/kernel-starter.ts';
import { settings } from '../settings.ts';
import { targetNotebook, type CommandContext } from './context.ts';

const formats = [
  { format: 'html', label: 'HTML', detail: 'One web page with all outputs', filter: 'Web page' },
  {
    format: 'ipynb',
    label: 'Jupyter Notebook',
    detail: 'Code, text and outputs as .ipynb',
    filter: 'Jupyter notebook',
  },
  { format: 'ts', label: 'TypeScript', detail: 'The code as one file, text as comments', filter: 'TypeScript' },
] as const;

interface ExportRequest {
  format: string;
  /** The file to write; an existing one is replaced. */
  target: vscode.Uri;
}

/** @param argument an {@link ExportRequest}; without it the user is asked for format and target. */
export async function exportNotebook(context: CommandContext, argument?: unknown): Promise<vscode.Uri | undefined> {
  const notebook = targetNotebook(argument);
  if (!notebook) return undefined;
  if (!vscode.workspace.isTrusted) {
    void vscode.window.showErrorMessage('DLNB: export starts a program, which an untrusted workspace does not allow.');
    return undefined;
  }
  const request = isRequest(argument) ? argument : await ask(notebook);
  if (!request) return undefined;
  try {
    await context.sessions.get(notebook)?.refresh();
    await runExport(context.extension.extensionPath, notebook, request);
  } catch (e) {
    log().error(`export: ${(e as Error).message}`);
    void vscode.window.showErrorMessage(`DLNB: the export failed: ${(e as Error).message}`);
    return undefined;
  }
  if (!isRequest(argument)) void offerOpen(request.target);
  return request.target;
}

const isRequest = (value: unknown): value is ExportRequest =>
  typeof value === 'object' &&
  value !== null &&
  'format' in value &&
  'target' in value &&
  value.target instanceof vscode.Uri;

async function ask(notebook: vscode.NotebookDocument): Promise<ExportRequest | undefined> {
  const choice = await vscode.window.showQuickPick(formats, {
    title: 'Export Notebook',
    placeHolder: 'Choose a format',
  });
  if (!choice) return undefined;
  const name = `${title(notebook)}.${choice.format}`;
  const target = await vscode.window.showSaveDialog({
    title: `Export as ${choice.label}`,
    defaultUri: vscode.Uri.file(path.join(workingFolder(notebook), name)),
    filters: { [choice.filter]: [choice.format] },
  });
  return target && { format: choice.format, target };
}

const title = (notebook: vscode.NotebookDocument) =>
  path.posix.basename(notebook.uri.path).replace(/\.dlnb$/i, '') || 'notebook';

async function runExport(
  extensionPath: string,
  notebook: vscode.NotebookDocument,
  { format, target }: ExportRequest,
): Promise<void> {
  const node = await findNode({ setting: settings.nodePath() });
  const folder = await mkdtemp(path.join(tmpdir(), 'dlnb-export-'));
  try {
    const copy = path.join(folder, `${title(notebook)}.dlnb`);
    await writeFile(copy, printDocument(notebook));
    const made = path.join(folder, `out.${format}`);
    const env = cleanEnv();
    if (node.electron) env['ELECTRON_RUN_AS_NODE'] = '1';
    const cli = path.join(extensionPath, 'dist', 'cli.js');
    await promisify(execFile)(node.path, [cli, 'export', copy, '--to', format, '--out', made], {
      env,
      windowsHide: true,
      timeout: 120_000,
    }).catch((e: Error & { stderr?: string }) => {
      throw new Error(e.stderr?.trim() || e.message);
    });
    await vscode.workspace.fs.copy(vscode.Uri.file(made), target, { overwrite: true });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function offerOpen(target: vscode.Uri): Promise<void> {
  const open = 'Open';
  const choice = await vscode.window.showInformationMessage(
    `DLNB: exported to ${target.fsPath || target.toString(true)}`,
    open,
  );
  if (choice !== open) return;
  if (/\.html$/i.test(target.path)) await vscode.env.openExternal(target);
  else await vscode.commands.executeCommand('vscode.open', target);
}
