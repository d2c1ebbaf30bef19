// "DLNB: Interrupt Kernel": stops the running cell and the waiting ones; variables are kept.
import { targetNotebook, type CommandContext } from './index.ts';

export function interruptKernel({ sessions }: CommandContext, argument?: unknown): void {
  sessions.get(targetNotebook(argument))?.interrupt();
}
