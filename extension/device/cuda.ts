// The place of the packages that "DLNB: Install CUDA Runtime…" installs.
import type * as vscode from 'vscode';
import path from 'node:path';

/** The folder of the packages. Kernels look there after the notebook's own folder. */
export const cudaFolder = ({ globalStorageUri }: vscode.ExtensionContext): string =>
  path.join(globalStorageUri.fsPath, 'cuda');
