// "DLNB: Fold Input in This Notebook": the notebook's file says from now on that these cells open with a collapsed
// input.
import { targetCells, type CommandContext } from './context.ts';
import { setFolded } from '../notebook/folded.ts';

/** @param cell of the cell's menu; without it, the selected cells */
export async function foldInput(_: CommandContext, cell?: unknown): Promise<void> {
  await setFolded(targetCells(cell), true);
}
