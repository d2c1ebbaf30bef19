// Asks the kernel, through the extension, for parts of tensors that outputs do not hold.
import type { AxisRange, SaveRequest, SliceAnswer, SliceRequest } from '../../kernel/wire/tensor.ts';
import type { Part } from './part.ts';
import { readTensor } from './payload.ts';

/** Without an answer for this many milliseconds, the kernel is taken to be busy with a cell. */
const PATIENCE = 10_000;

export type SliceOutcome = { part: Part } | { reason: string };

export interface Messaging {
  postMessage(message: SliceRequest | SaveRequest): void;
  onDidReceiveMessage(listener: (message: unknown) => void): unknown;
}

export class SliceClient {
  private readonly waiting = new Map<number, (outcome: SliceOutcome) => void>();
  private next = 1;

  constructor(private readonly messaging: Messaging) {
    messaging.onDidReceiveMessage((message) => this.receive(message));
  }

  /** Never rejects: without an answer it resolves to the reason, in one sentence. */
  ask(source: string, axes: AxisRange[]): Promise<SliceOutcome> {
    const request = this.next++;
    return new Promise((resolve) => {
      const timer = setTimeout(
        () => finish({ reason: 'The kernel is busy: try again when its cell has ended.' }),
        PATIENCE,
      );
      const finish = (outcome: SliceOutcome) => {
        clearTimeout(timer);
        this.waiting.delete(request);
        resolve(outcome);
      };
      this.waiting.set(request, finish);
      this.messaging.postMessage({ type: 'slice', request, source, axes });
    });
  }

  /** Has the editor ask where to save the whole tensor. */
  save(source: string): void {
    this.messaging.postMessage({ type: 'save', source });
  }

  private receive(message: unknown): void {
    const { type, request, ...result } = (message ?? {}) as SliceAnswer;
    const finish = type === 'sliced' ? this.waiting.get(request) : undefined;
    if (finish) finish(outcomeOf(result));
  }
}

function outcomeOf(result: { base64?: unknown; reason?: unknown }): SliceOutcome {
  if (typeof result.base64 !== 'string') return { reason: String(result.reason).slice(0, 500) };
  try {
    return { part: readTensor(Uint8Array.from(atob(result.base64), (c) => c.charCodeAt(0))).part };
  } catch (e) {
    return { reason: `The kernel's answer cannot be read: ${(e as Error).message}.` };
  }
}
