// The shown text of one stream output, reduced from a kernel's stream events.
import type { StreamEvent } from './protocol.ts';

export class StreamText {
  private shown = '';
  /** Characters that nothing takes back: written past the kernel, or before them. */
  private fixed = 0;

  get text(): string {
    return this.shown;
  }

  /** @returns whether the text only grew by the event's text */
  apply({ text, back = 0, native }: StreamEvent): boolean {
    const kept = Math.max(this.fixed, this.shown.length - back);
    const grew = kept >= this.shown.length;
    this.shown = (grew ? this.shown : this.shown.slice(0, kept)) + text;
    if (native) this.fixed = this.shown.length;
    return grew;
  }
}
