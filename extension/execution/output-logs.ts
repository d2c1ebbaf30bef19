// Log files of cells that printed more than is shown: one folder for each notebook, removed after a week without use.
import * as vscode from 'vscode';
import { createHash } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { log } from '../log.ts';

const KEEP_MS = 7 * 24 * 60 * 60 * 1000;

export class OutputLogs {
  private readonly root: string;
  /** A renamed notebook keeps its folder. */
  private readonly folders = new Map<string, string>();

  constructor(context: vscode.ExtensionContext) {
    this.root = path.join((context.storageUri ?? context.globalStorageUri).fsPath, 'logs');
  }

  /** The notebook's folder of logs. It may not exist yet. */
  folder(notebook: vscode.Uri): string {
    const key = notebook.toString();
    return this.folders.get(key) ?? path.join(this.root, createHash('sha256').update(key).digest('hex').slice(0, 16));
  }

  move(from: vscode.Uri, to: vscode.Uri): void {
    this.folders.set(to.toString(), this.folder(from));
  }

  /** Opens a log that an output names. `name` comes from the file, so only a plain file name is accepted. */
  async open(notebook: vscode.Uri, name: string): Promise<void> {
    if (!/^[\w-]{1,80}\.log$/.test(name)) {
      void vscode.window.showErrorMessage(`DLNB: "${name.slice(0, 80)}" is not the name of an output log.`);
      return;
    }
    const file = path.join(this.folder(notebook), name);
    if (!(await stat(file).catch(() => undefined))) {
      void vscode.window.showInformationMessage(
        'DLNB: the full log of this output has been removed. Run the cell again to write it.',
      );
      return;
    }
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(file), { preview: true });
  }

  /** The notebook's logs, newest first. */
  async list(notebook: vscode.Uri): Promise<{ name: string; bytes: number; modified: number }[]> {
    const folder = this.folder(notebook);
    const names = (await readdir(folder).catch(() => [])).filter((n) => n.endsWith('.log'));
    const logs = await Promise.all(
      names.map(async (name) => {
        const s = await stat(path.join(folder, name));
        return { name, bytes: s.size, modified: s.mtimeMs };
      }),
    );
    return logs.sort((a, b) => b.modified - a.modified);
  }

  /** Removes folders without a change for a week. */
  async removeStale(now = Date.now()): Promise<void> {
    for (const name of await readdir(this.root).catch(() => [])) {
      const folder = path.join(this.root, name);
      try {
        const times = await Promise.all(
          (await readdir(folder)).map(async (f) => (await stat(path.join(folder, f))).mtimeMs),
        );
        if (Math.max((await stat(folder)).mtimeMs, ...times) < now - KEEP_MS)
          await rm(folder, { recursive: true, force: true });
      } catch (e) {
        log().debug(`old output logs in ${folder}: ${(e as Error).message}`);
      }
    }
  }
}
