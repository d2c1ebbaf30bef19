// The list of the commands: `restartKernel` is the command `dlnb.restartKernel`, and restart-kernel.ts holds it.
// Titles, icons and keys are in package.json; a test compares both lists.
import * as vscode from 'vscode';
import { chooseDevice } from './choose-device.ts';
import { chooseNode } from './choose-node.ts';
import { courseProgress } from './course-progress.ts';
import { createCourse } from './create-course.ts';
import { exportNotebook } from './export-notebook.ts';
import { foldInput } from './fold-input.ts';
import { importNotebook } from './import-notebook.ts';
import { installCuda } from './install-cuda.ts';
import { interruptKernel } from './interrupt-kernel.ts';
import { kernelActions } from './kernel-actions.ts';
import { newModel } from './new-model.ts';
import { newNotebook } from './new-notebook.ts';
import { newSample } from './new-sample.ts';
import { openOutputLog } from './open-output-log.ts';
import { restartAndRunAll } from './restart-and-run-all.ts';
import { restartKernel } from './restart-kernel.ts';
import { restartOnCpu } from './restart-on-cpu.ts';
import { showKernelLog } from './show-kernel-log.ts';
import { shutDownKernel } from './shut-down-kernel.ts';
import { unfoldInput } from './unfold-input.ts';
import type { CommandContext } from './context.ts';

const commands: Record<string, (context: CommandContext, ...args: unknown[]) => unknown> = {
  chooseDevice,
  chooseNode,
  courseProgress,
  createCourse,
  exportNotebook,
  foldInput,
  importNotebook,
  installCuda,
  interruptKernel,
  kernelActions,
  newModel,
  newNotebook,
  newSample,
  openOutputLog,
  restartAndRunAll,
  restartKernel,
  restartOnCpu,
  showKernelLog,
  shutDownKernel,
  unfoldInput,
};

export function registerCommands(context: CommandContext): vscode.Disposable {
  return vscode.Disposable.from(
    ...Object.entries(commands).map(([name, run]) =>
      vscode.commands.registerCommand(`dlnb.${name}`, (...args: unknown[]) => run(context, ...args)),
    ),
  );
}
