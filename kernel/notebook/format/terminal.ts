// What a terminal would show of a printed text: carriage returns and backspaces overwrite. VS Code folds the text of its stream outputs
// so; the file holds what is left, whoever wrote it.

/** Folds `\r` and `\b`: a progress bar that was redrawn a thousand times is its last state. Folding twice changes nothing. */
export function foldTerminalText(text: string): string {
  if (!/[\r\b]/.test(text)) return text;
  return text
    .replace(/\r+\n/g, '\n')
    .split('\n')
    .map((line) => overwrite(eraseBackwards(line)))
    .join('\n');
}

/** Each backspace takes the character before it, if there is one. */
function eraseBackwards(line: string): string {
  if (!line.includes('\b')) return line;
  const kept: string[] = [];
  for (const c of line) {
    if (c === '\b' && kept.length > 0 && kept.at(-1) !== '\b') kept.pop();
    else kept.push(c);
  }
  return kept.join('');
}

/** Each carriage return begins the line again; what is not overwritten stays. One at the end waits for what comes. */
function overwrite(line: string): string {
  if (!line.includes('\r')) return line;
  const parts = line.split(/\r+/);
  const waits = parts.length > 1 && parts.at(-1) === '';
  if (waits) parts.pop();
  const shown = parts.reduce((before, after) => after + before.slice(after.length));
  return waits ? `${shown}\r` : shown;
}
