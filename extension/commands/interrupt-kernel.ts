// "DLNB: Interrupt Kernel": stops the running cell and the waiting ones; variables are kept.
import { targetNotebook, type CommandContext } from './context.ts';

export function interruptKernel({ sessions }: CommandContext, argument?: unknown): void {
  sessions.get(targetNotebook(argument))?.interrupt();
}
