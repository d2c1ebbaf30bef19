// Messages over a pipe between a kernel and its host: a mark, the length, and the message as V8 serializes it. Unlike
// Node's IPC, bytes that are no message end the channel with an error and never the process that reads them, and cells
// find no `process.send`.
import type { Duplex } from 'node:stream';
import { deserialize, serialize } from 'node:v8';

/** Stands before every message: what a cell writes to the descriptor is told from a message at its first bytes. */
const MARK = 0x424e4c44; // "DLNB"
const HEAD = 8;
/** More than a message can have: V8 keeps no text of 2³⁰ characters, and a tensor's part is much smaller. */
const MAX_BYTES = 2 ** 31;

export interface Channel {
  /** Sends a message; does nothing once the other end is gone. */
  send(message: unknown): void;
}

/** What happens on a channel. */
export interface ChannelEvents {
  message(message: unknown): void;
  /** What came was no message, said as the rest of a sentence. Nothing more is read. */
  broken?(reason: string): void;
  /** The other end is gone. Comes once, also after {@link broken}. */
  closed?(): void;
}

// Kept here, because cells may replace them
const { nextTick } = process;

/** Sends and receives messages over a pipe, of which this function reads everything. */
export function openChannel(pipe: Duplex, events: ChannelEvents): Channel {
  const frames = new Frames();
  let isBroken = false;
  pipe.on('data', (chunk: Buffer) => {
    if (isBroken) return;
    try {
      // Between two messages, promises go on, as with Node's IPC
      for (const bytes of frames.add(chunk)) nextTick(events.message, deserialize(bytes));
    } catch (e) {
      isBroken = true;
      nextTick(() => events.broken?.((e as Error).message));
      pipe.destroy();
    }
  });
  pipe.on('error', () => {}); // 'close' follows
  pipe.once('close', () => nextTick(() => events.closed?.()));
  return {
    send(message) {
      if (!pipe.writable) return;
      const bytes = serialize(message);
      const head = Buffer.alloc(HEAD);
      head.writeUInt32LE(MARK, 0);
      head.writeUInt32LE(bytes.length, 4);
      pipe.cork();
      pipe.write(head);
      pipe.write(bytes);
      pipe.uncork();
    },
  };
}

/** Cuts what comes into messages; each byte is copied once. */
class Frames {
  private readonly head = Buffer.alloc(HEAD);
  /** Bytes of the head that are there. */
  private headed = 0;
  private body: Uint8Array | undefined;
  /** Bytes of the body that are there. */
  private filled = 0;

  /** @returns the messages that are now complete. @throws Error for bytes that are none */
  *add(chunk: Uint8Array): Generator<Uint8Array> {
    for (let at = 0; at < chunk.length;) {
      if (!this.body) {
        const part = chunk.subarray(at, at + HEAD - this.headed);
        this.head.set(part, this.headed);
        this.headed += part.length;
        at += part.length;
        const known = Math.min(this.headed, 4);
        const mark = Buffer.alloc(4);
        mark.writeUInt32LE(MARK);
        if (mark.compare(this.head, 0, known, 0, known) !== 0) throw new Error('bytes that are no message');
        if (this.headed < HEAD) return;
        const length = this.head.readUInt32LE(4);
        if (length > MAX_BYTES) throw new Error(`a message of ${length} bytes`);
        this.body = new Uint8Array(length);
        this.headed = this.filled = 0;
      }
      const part = chunk.subarray(at, at + this.body.length - this.filled);
      this.body.set(part, this.filled);
      this.filled += part.length;
      at += part.length;
      if (this.filled < this.body.length) return;
      const whole = this.body;
      this.body = undefined;
      yield whole;
    }
  }
}
