// The commands of the outputs model for the editor, as plain data without 'vscode', so that tests can replay runs.
import type { MimeBundle } from '../../kernel/wire/protocol.ts';

/** Names an output as long as its session lives. */
export type OutputKey = string;

export type EditorCommand =
  /** The cell begins to run: its clock and its number. */
  | { do: 'start'; cell: string; order: number; time: number }
  /** A new output below the others. `transient`: it is not saved. */
  | { do: 'append'; cell: string; key: OutputKey; items: MimeBundle; transient?: boolean }
  /** More text for an output that holds a stream. */
  | { do: 'appendItems'; cell: string; key: OutputKey; items: MimeBundle }
  /** Replaces the items of an output. */
  | { do: 'replaceItems'; cell: string; key: OutputKey; items: MimeBundle }
  /** Replaces all outputs by a new one in one step, so that nothing flickers. */
  | { do: 'replaceAll'; cell: string; key: OutputKey; items: MimeBundle; transient?: boolean }
  | { do: 'clear'; cell: string }
  /** The run is over. `success` undefined: neither a tick nor a cross. */
  | { do: 'end'; cell: string; success: boolean | undefined; time: number };

/**
 * The same effect in fewer commands: text for one stream is joined, and overwritten items are left out. The order is
 * kept.
 */
export function coalesce(commands: readonly EditorCommand[]): EditorCommand[] {
  const out: EditorCommand[] = [];
  for (const command of commands) {
    if (command.do === 'clear' || command.do === 'replaceAll') dropOutputs(out, command.cell);
    if (command.do === 'appendItems' && joinText(out, command)) continue;
    if (command.do === 'replaceItems' && overwrite(out, command)) continue;
    out.push(command);
  }
  return out;
}

export type OutputCommand = Extract<EditorCommand, { key: OutputKey }>;
const isOutput = (c: EditorCommand): c is OutputCommand => 'key' in c;

/** Removes the output commands of a cell that is cleared. */
function dropOutputs(out: EditorCommand[], cell: string): void {
  for (let i = out.length - 1; i >= 0; i--) {
    const earlier = out[i]!;
    if (earlier.cell === cell && (isOutput(earlier) || earlier.do === 'clear')) out.splice(i, 1);
  }
}

/** Appends text to the last command for the same output, if that holds text of the same stream. */
function joinText(out: EditorCommand[], command: OutputCommand): boolean {
  const i = out.findLastIndex((c) => isOutput(c) && c.key === command.key);
  const before = out[i];
  if (!before || !isOutput(before)) return false;
  const a = before.items.at(-1);
  const b = command.items[0];
  if (!a || !b || command.items.length !== 1 || a.mime !== b.mime || !('text' in a) || !('text' in b)) return false;
  out[i] = { ...before, items: [...before.items.slice(0, -1), { mime: a.mime, text: a.text + b.text }] };
  return true;
}

/** Puts new items into the last command that sets the items of the same output. */
function overwrite(out: EditorCommand[], command: OutputCommand): boolean {
  const i = out.findLastIndex((c) => isOutput(c) && c.key === command.key);
  const before = out[i];
  if (!before || !isOutput(before)) return false;
  out[i] = before.do === 'appendItems' ? command : { ...before, items: command.items };
  return true;
}
