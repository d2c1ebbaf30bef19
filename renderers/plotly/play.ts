// Frames of a figure in step with others of its group, and again from the start at the end. No drawing of its own.
import { isRecord } from '../../kernel/wire/fields.ts';
import type { Figure, PlainObject } from './figure.ts';

/** How frames are played; from `layout.meta.play`. */
export interface Play {
  at: 'start' | 'end';
  /** Frames a second. */
  speed: number;
  loop: boolean;
  group: string | undefined;
}

/** Reads what a figure says; a figure of one's own plays as plotly does. */
export function playOf({ layout }: Pick<Figure, 'layout'>): Play {
  const meta = layout['meta'];
  const play = isRecord(meta) && isRecord(meta['play']) ? meta['play'] : {};
  const speed = Number(play['speed']);
  return {
    at: play['at'] === 'end' ? 'end' : 'start',
    speed: speed > 0 && speed <= 60 ? speed : 2.5,
    loop: play['loop'] === true,
    group: typeof play['group'] === 'string' && play['group'] !== '' ? play['group'] : undefined,
  };
}

/** One frame at once, as the slider asks for it. */
export const AT_ONCE: PlainObject = {
  mode: 'immediate',
  frame: { duration: 0, redraw: true },
  transition: { duration: 0 },
};

/** All frames, one after another. */
export const running = ({ speed }: Play): PlainObject => ({
  mode: 'immediate',
  fromcurrent: true,
  frame: { duration: 1000 / speed, redraw: true },
  transition: { duration: 0 },
});

/** Shows one frame of a figure. */
type ShowFrame = (index: number) => void;

interface Member {
  show: ShowFrame;
  /** The frame that it shows. */
  at: number;
}

const groups = new Map<string, Set<Member>>();

/** A figure in its group: tells the others which frame it shows, and hears it from them. */
export class Together {
  private readonly member: Member;
  private group: string | undefined;

  constructor(show: ShowFrame) {
    this.member = { show, at: -1 };
  }

  /** Enters a group, and leaves the one before. */
  join(group: string | undefined): void {
    if (group === this.group) return;
    this.leave();
    this.group = group;
    if (group === undefined) return;
    if (!groups.has(group)) groups.set(group, new Set());
    groups.get(group)!.add(this.member);
  }

  leave(): void {
    if (this.group === undefined) return;
    const members = groups.get(this.group);
    members?.delete(this.member);
    if (members?.size === 0) groups.delete(this.group);
    this.group = undefined;
  }

  /** Says that this figure shows a frame now. What others show because of it goes no further. */
  shows(index: number): void {
    if (index === this.member.at) return;
    this.member.at = index;
    for (const other of this.group === undefined ? [] : (groups.get(this.group) ?? []))
      if (other !== this.member && other.at !== index) {
        other.at = index;
        other.show(index);
      }
  }
}
