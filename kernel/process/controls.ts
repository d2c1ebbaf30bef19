// What views of controls ask, and what their functions print. The interrupter's thread passes requests on, so that a
// training whose loop never waits hears them too, and requests that have queued up can be taken at once.
import { MessageChannel, receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import type { Said } from './cell/evaluate.ts';
import type { ControlsRequest } from '../wire/controls.ts';
import { STDERR, STDOUT } from '../wire/mime.ts';
import type { MimeBundle } from '../wire/protocol.ts';

export class ControlsInbox {
  /** The interrupter's end of the channel. */
  readonly threadPort: MessagePort;
  private readonly port: MessagePort;

  /** @param receive takes a request, which came from a web page: nothing in it is to be trusted */
  constructor(private readonly receive: (request: ControlsRequest) => void) {
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    this.threadPort = port2;
    port1.on('message', (request: ControlsRequest) => this.receive(request));
    port1.unref();
  }

  /** Takes all requests that have come. */
  drain(): void {
    for (;;) {
      const next = receiveMessageOnPort(this.port) as { message: ControlsRequest } | undefined;
      if (!next) return;
      this.receive(next.message);
    }
  }
}

/** A call shows no more printed text than this, in characters. */
const MAX_SAID = 20_000;

/** What a function prints and displays while it is called, in order. */
export class Heard implements Said {
  private readonly heard: (MimeBundle | Promise<MimeBundle>)[] = [];
  private room = MAX_SAID;

  print(name: 'stdout' | 'stderr', text: string | Promise<string>): void {
    const mime = name === 'stdout' ? STDOUT : STDERR;
    if (text instanceof Promise) {
      this.display(text.then((t): MimeBundle => [{ mime, text: this.fitting(t) }]));
      return;
    }
    const fitting = this.fitting(text);
    if (!fitting) return;
    const last = this.heard.at(-1);
    const item = Array.isArray(last) ? last[0] : undefined;
    if (item?.mime === mime && 'text' in item)
      this.heard[this.heard.length - 1] = [{ mime, text: item.text + fitting }];
    else this.heard.push([{ mime, text: fitting }]);
  }

  display(bundle: MimeBundle | Promise<MimeBundle>): void {
    this.heard.push(bundle);
  }

  /** Those that could be made; an error of one is its caller's. */
  async bundles(): Promise<MimeBundle[]> {
    const settled = await Promise.allSettled(this.heard.map((bundle) => Promise.resolve(bundle)));
    return settled.flatMap((s) => (s.status === 'fulfilled' ? [s.value] : []));
  }

  private fitting(text: string): string {
    const fitting = text.slice(0, Math.max(0, this.room));
    this.room -= text.length;
    return fitting;
  }
}
