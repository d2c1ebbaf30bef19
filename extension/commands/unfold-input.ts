// "DLNB: Unfold Input in This Notebook": the opposite of "Fold Input in This Notebook".
import { targetCells, type CommandContext } from './context.ts';
import { setFolded } from '../notebook/folded.ts';

/** @param cell of the cell's menu; without it, the selected cells */
export async function unfoldInput(_: CommandContext, cell?: unknown): Promise<void> {
  await setFolded(targetCells(cell), false);
}
