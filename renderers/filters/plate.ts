// One large picture with a caption: a map or an input. A place is chosen by pointer or keyboard, and cells can be
// marked.
import { pixelRatio, sizeCanvas } from '../shared/canvas.ts';
import { element } from '../shared/dom.ts';
import type { Theme } from '../shared/theme.ts';
import { paint, type Picture } from './paint.ts';

export interface Mark {
  row: number;
  column: number;
  rows: number;
  columns: number;
}

export interface PlateEvents {
  /** The pointer is over a place. */
  over(row: number, column: number): void;
  /** An arrow key moves by this many places. */
  step(down: number, right: number): void;
}

/** The larger side in CSS pixels, and the least height of a 1-D picture. */
const SIDE = 232;
const LEAST = 18;

export class Plate {
  readonly element = element('figure', 'plate');
  private readonly caption = element('figcaption', '');
  private readonly frame = element('div', 'frame');
  private readonly canvas = element('canvas', 'picture');
  private readonly marks = element('canvas', 'marks');
  private size = { rows: 1, columns: 1, width: 1, height: 1 };
  private theme: Theme | undefined;

  constructor(className: string, events: PlateEvents) {
    const { canvas, frame } = this;
    this.element.classList.add(className);
    canvas.tabIndex = 0;
    canvas.setAttribute('role', 'application');
    frame.append(canvas, this.marks);
    this.element.append(this.caption, frame);
    const over = (e: PointerEvent) => {
      const { rows, columns } = this.size;
      const at = (offset: number, length: number, n: number) =>
        Math.max(0, Math.min(n - 1, Math.floor((offset / length) * n)));
      events.over(at(e.offsetY, canvas.clientHeight, rows), at(e.offsetX, canvas.clientWidth, columns));
    };
    canvas.addEventListener('pointermove', over);
    canvas.addEventListener('pointerdown', over);
    canvas.addEventListener('click', (e) => {
      e.stopPropagation(); // a click on an output also selects its cell
      canvas.focus({ preventScroll: true });
    });
    canvas.addEventListener('keydown', (e) => {
      const [down, right] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[e.key] ?? [
        0, 0,
      ];
      if (e.ctrlKey || e.metaKey || e.altKey || (down === 0 && right === 0)) return;
      e.preventDefault();
      e.stopPropagation();
      events.step(down!, right!);
    });
  }

  /** @param most available width in CSS pixels */
  draw(picture: Picture, caption: string, theme: Theme, most: number): void {
    const ratio = pixelRatio();
    const { rows, columns } = picture;
    const longest = Math.max(rows, columns);
    const side = Math.min(SIDE, most) * ratio;
    const cell = side >= longest ? Math.floor(side / longest) : side / longest;
    const [width, height] = [columns * cell, Math.max(rows * cell, Math.min(side, LEAST * ratio))].map(Math.round);
    this.size = { rows, columns, width: width!, height: height! };
    this.theme = theme;
    this.caption.textContent = caption;
    this.canvas.setAttribute('aria-label', `${caption}. Arrow keys move from place to place.`);
    const { context } = sizeCanvas(this.canvas, width!, height!);
    paint(context, picture, { x: 0, y: 0, width: width!, height: height! }, ratio);
    sizeCanvas(this.marks, width!, height!);
  }

  /** Frames around cells; a rectangle may reach out of the picture. */
  mark(marks: readonly Mark[]): void {
    const { rows, columns, width, height } = this.size;
    const context = this.marks.getContext('2d')!;
    const ratio = pixelRatio();
    context.clearRect(0, 0, width, height);
    const [w, h] = [width / columns, height / rows];
    for (const [line, color] of [
      [3.5, this.theme!.background],
      [1.5, this.theme!.foreground],
    ] as const) {
      context.lineWidth = line * ratio;
      context.strokeStyle = color;
      for (const m of marks) {
        // The line is inside, so that it is visible at the edges too
        const inset = Math.min(ratio, w / 3, h / 3);
        context.strokeRect(m.column * w + inset, m.row * h + inset, m.columns * w - 2 * inset, m.rows * h - 2 * inset);
      }
    }
  }
}
