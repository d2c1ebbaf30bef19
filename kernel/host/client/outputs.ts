// Builds a notebook's outputs, in the form of the file, from a kernel's messages. No process, no editor.
import { CONTROLS, STDERR, STDOUT } from '../../wire/mime.ts';
import { foldTerminalText } from '../../notebook/format/terminal.ts';
import type { Json, Output, OutputItem } from '../../notebook/format/types.ts';
import type { MimeBundle, OutputEvent, StreamEvent } from '../../wire/protocol.ts';
import { StreamText } from '../../wire/stream-text.ts';
import { awaited, withPicture, type AwaitedPicture } from '../../wire/picture.ts';

interface Shown extends AwaitedPicture {
  output: Output;
  /** Display id. */
  id?: string;
  /** Of an output that is a stream. */
  stream?: StreamText;
}

/** The outputs of the cells of one notebook during a run. */
export class NotebookOutputs {
  private readonly cells = new Map<string, Shown[]>();
  /** Cells whose outputs are removed when the next one comes. */
  private readonly clearing = new Set<string>();

  /** @param initial outputs that the cells already have, by cell id; without display ids */
  constructor(initial: Iterable<readonly [string, readonly Output[]]> = []) {
    for (const [cell, outputs] of initial)
      this.cells.set(
        cell,
        outputs.map((output) => ({ output })),
      );
  }

  /** The cell's outputs as a new array, with streams as a terminal would show them. */
  of(cell: string): Output[] {
    return (this.cells.get(cell) ?? []).map(({ output }) => ({ ...output, items: output.items.map(foldStream) }));
  }

  /** Begins a run: removes the cell's earlier outputs. */
  start(cell: string): void {
    this.cells.set(cell, []);
    this.clearing.delete(cell);
  }

  /** Applies an output event. Events must come in the order in which the kernel sent them. */
  apply(cell: string, event: OutputEvent): void {
    switch (event.kind) {
      case 'stream':
        return this.print(cell, event);
      case 'display':
        this.add(cell, {
          output: { items: event.bundle.map(fileItem) },
          ...(event.id !== undefined && { id: event.id }),
          ...awaited(event),
        });
        return;
      case 'update':
        return this.update(cell, event);
      case 'picture':
        return this.addPicture(event);
      case 'error':
        this.add(cell, { output: { items: event.bundle.map(fileItem) } });
        return;
      case 'clear':
        if (event.wait) this.clearing.add(cell);
        else this.start(cell);
    }
  }

  /** How many outputs wait for their picture. */
  get awaitedPictures(): number {
    return [...this.cells.values()].flat().filter(({ awaiting }) => awaiting).length;
  }

  /** Whether a cell shows controls. */
  get hasControls(): boolean {
    return [...this.cells.values()].flat().some(({ output }) => output.items.some(({ mime }) => mime === CONTROLS));
  }

  private update(cell: string, event: Extract<OutputEvent, { kind: 'update' }>): void {
    const { id, bundle } = event;
    const shown = [...this.cells.values()].flat().filter((s) => s.id === id);
    for (const s of shown) {
      s.output.items = bundle.map(fileItem);
      s.awaiting = awaited(event).awaiting;
    }
    // The output to replace was cleared: the value becomes a new one
    if (shown.length === 0) this.add(cell, { output: { items: bundle.map(fileItem) }, id, ...awaited(event) });
  }

  private addPicture({ picture, item }: Extract<OutputEvent, { kind: 'picture' }>): void {
    for (const shown of [...this.cells.values()].flat()) {
      if (shown.awaiting?.picture !== picture) continue;
      if (item) shown.output.items = withPicture(shown.awaiting.bundle, item).map(fileItem);
      shown.awaiting = undefined;
    }
  }

  private print(cell: string, event: StreamEvent): void {
    if (event.text === '' && !event.back) return;
    const mime = event.name === 'stdout' ? STDOUT : STDERR;
    const last = this.clearing.has(cell) ? undefined : this.cells.get(cell)?.at(-1);
    const item = last?.output.items[0];
    // An output with a single item of this type is a stream
    if (last?.id === undefined && last?.output.items.length === 1 && item?.mime === mime && 'text' in item) {
      if (!last.stream) (last.stream = new StreamText()).apply({ ...event, text: item.text, back: 0, native: true });
      last.stream.apply(event);
      item.text = last.stream.text;
      return;
    }
    const stream = new StreamText();
    stream.apply(event);
    if (stream.text) this.add(cell, { output: { items: [{ mime, text: stream.text }] }, stream });
  }

  private add(cell: string, shown: Shown): void {
    if (this.clearing.delete(cell)) this.cells.set(cell, []);
    const list = this.cells.get(cell);
    if (list) list.push(shown);
    else this.cells.set(cell, [shown]);
  }
}

function foldStream(item: OutputItem): OutputItem {
  const stream = item.mime === STDOUT || item.mime === STDERR;
  return stream && 'text' in item ? { ...item, text: foldTerminalText(item.text) } : item;
}

/** An item of a bundle in the form of the file. */
export function fileItem(item: MimeBundle[number]): OutputItem {
  const { mime } = item;
  if ('text' in item) return { mime, text: item.text };
  if ('bytes' in item) {
    const { buffer, byteOffset, byteLength } = item.bytes;
    return { mime, base64: Buffer.from(buffer, byteOffset, byteLength).toString('base64') };
  }
  try {
    // Values outside JSON (undefined, a Date, NaN) are converted now, as they would be after saving and reading the
    // file
    return { mime, json: JSON.parse(JSON.stringify(item.json) ?? 'null') as Json };
  } catch (e) {
    return {
      mime: 'text/plain',
      text: `[${mime}: this output cannot be shown, because it is not JSON: ${(e as Error).message}]`,
    };
  }
}
