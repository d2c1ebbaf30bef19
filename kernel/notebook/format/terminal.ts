// Folds printed text as a terminal does, where carriage returns and backspaces overwrite. VS Code folds its stream
// outputs the same way; files contain the folded text.

/** Folds `\r` and `\b`: of a progress bar that was redrawn many times, only the last state remains. Idempotent. */
export function foldTerminalText(text: string): string {
  if (!/[\r\b]/.test(text)) return text;
  return text
    .replace(/\r+\n/g, '\n')
    .split('\n')
    .map((line) => overwrite(eraseBackwards(line)))
    .join('\n');
}

/** Each backspace removes the character before it, if there is one. */
function eraseBackwards(line: string): string {
  if (!line.includes('\b')) return line;
  const kept: string[] = [];
  for (const c of line) {
    if (c === '\b' && kept.length > 0 && kept.at(-1) !== '\b') kept.pop();
    else kept.push(c);
  }
  return kept.join('');
}

/**
 * Each carriage return restarts the line; characters that are not overwritten stay. One at the end is kept for later
 * text.
 */
function overwrite(line: string): string {
  if (!line.includes('\r')) return line;
  const parts = line.split(/\r+/);
  const waits = parts.length > 1 && parts.at(-1) === '';
  if (waits) parts.pop();
  const shown = parts.reduce((before, after) => after + before.slice(after.length));
  return waits ? `${shown}\r` : shown;
}
