// Trainings and progress bars whose kernel is gone: what a file, an export or an open notebook holds of them says
// "running", although nothing runs any more. They become "interrupted".
import { PROGRESS, TRAINING } from './mime.ts';

/** An item of an output, as a kernel sends it or as a file holds it. */
type Item = { mime: string };

/** Whether the output is a training or a progress bar that says that it is running. */
export const isRunning = (items: readonly Item[]): boolean =>
  items.some((item) => partsOf(item).some(({ state }) => state === 'running'));

/**
 * The output after the end of its kernel. What was running is interrupted, where it was.
 * @returns the same list if nothing was running
 */
export function withoutKernel<T extends Item>(items: readonly T[]): readonly T[] {
  const running = items.flatMap((item) => partsOf(item)).filter(({ state }) => state === 'running');
  if (running.length === 0) return items;
  return items.map((item) => {
    const list = listOf(item);
    if (list) {
      const json = (item as { json?: object }).json;
      return { ...item, json: { ...json, [list]: partsOf(item).map(ended) } };
    }
    if (item.mime !== 'text/plain' || !('text' in item) || typeof item.text !== 'string') return item;
    return {
      ...item,
      text: item.text
        .split('\n')
        .map((line) => endedLine(line, running))
        .join('\n'),
    };
  });
}

/** A run of a training, or a bar. */
type Part = { name?: unknown; state?: unknown };

const listOf = ({ mime }: Item) => (mime === TRAINING ? 'runs' : mime === PROGRESS ? 'bars' : undefined);

function partsOf(item: Item): Part[] {
  const list = listOf(item);
  const json = (item as Item & { json?: Record<string, unknown> | null }).json;
  const parts = list && json ? json[list] : undefined;
  return Array.isArray(parts) ? parts.filter((p): p is Part => typeof p === 'object' && p !== null) : [];
}

function ended(part: Part): Part {
  if (part.state !== 'running') return part;
  const { left: _, ...rest } = part as Part & { left?: unknown };
  return { ...rest, state: 'interrupted' };
}

/** The same in the text: `a: interrupted at epoch 3/60 · step 80`, or `fit  40 % ▕███▏ 4/10 · interrupted`. */
function endedLine(line: string, running: readonly Part[]): string {
  const run = running.find(({ name }) => typeof name === 'string' && line.startsWith(`${name}: `));
  const left = / · [\d:]+ left/;
  if (run) {
    const head = `${String(run.name)}: `;
    return `${head}interrupted at ${line.slice(head.length).replace(left, '')}`;
  }
  // A bar that is not complete
  const bars = running.some(({ name }) => name === undefined);
  if (!bars || / · (stopped|interrupted|ended by an error)$/.test(line)) return line;
  return left.test(line) ? line.replace(left, ' · interrupted') : line;
}
