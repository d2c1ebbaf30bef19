// One training chart under a cell: header and curves, redrawn as points arrive, but seldom enough to leave the
// processor to the training.
import type { TrainingStop } from '../../kernel/wire/training.ts';
import { FigureView } from '../plotly/view.ts';
import { readTheme } from '../shared/theme.ts';
import { curvesFigure, type CurveOptions } from './curves.ts';
import { Header } from './header.ts';
import type { ChartState } from './state.ts';

/** Least time between two drawings. */
const PAUSE_MS = 100;
/**
 * Least time between two drawings, as a multiple of the time that one takes: it uses a core that the training needs.
 */
const PAUSE_FACTOR = 50;
/** In its first `EARLY_MS` of a chart, the header is also drawn between the curves, every `HEADER_MS` at most. */
const [EARLY_MS, HEADER_MS] = [15_000, 240];
/** Without news for this long, a running run counts as ended: its kernel is gone. */
const SILENT_MS = 30_000;

export class TrainingView {
  private readonly header: Header;
  private readonly plot = document.createElement('div');
  private readonly figure: FigureView;
  private readonly options: CurveOptions;
  private state: ChartState;
  private heardAt = -Infinity;
  private readonly begunAt = performance.now();
  private headerAt = -Infinity;
  private stopAsked = false;
  private timer: number | undefined;
  private drawing = false;
  private stale = false;
  private earliest = 0;

  /** @param post sends a message to the extension; undefined if there is none */
  constructor(
    private readonly element: HTMLElement,
    state: ChartState,
    private readonly post: ((message: TrainingStop) => void) | undefined,
  ) {
    this.state = state;
    this.options = { smoothing: 0.8, logX: state.logX, logY: state.logY };
    this.header = new Header({
      change: (options) => {
        Object.assign(this.options, options);
        void this.draw();
      },
      stop: () => this.askStop(),
    });
    this.plot.className = 'dlnb-training-curves';
    element.replaceChildren(this.header.element, this.plot);
    this.figure = new FigureView(this.plot);
  }

  get chart(): number {
    return this.state.chart;
  }

  isIn(element: HTMLElement): boolean {
    return this.element === element && this.plot.parentElement === element;
  }

  /** Shows the state of the chart's output. */
  async show(state: ChartState): Promise<void> {
    this.state = state;
    await this.draw();
  }

  /** Takes in the runs of a delta. */
  hear(runs: unknown): void {
    this.heardAt = performance.now();
    this.state.apply(runs);
    if (!this.state.running) this.stopAsked = false;
    // Often at first; in a long training only with the curves, because each drawing slows it down
    if (this.heardAt - this.begunAt < EARLY_MS && this.heardAt - this.headerAt > HEADER_MS) this.showHeader();
    this.schedule();
  }

  /** Draws again in the colors of the current theme. */
  async restyle(): Promise<void> {
    this.showHeader();
    await this.figure.restyle();
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.figure.dispose();
    this.element.replaceChildren();
  }

  private askStop(): void {
    this.stopAsked = true;
    this.post?.({ type: 'stop', chart: this.chart });
    this.showHeader();
  }

  private showHeader(): void {
    this.headerAt = performance.now();
    const { title, runs, running, curves, over } = this.state;
    // The progress of a sweep: at its end its results stand below
    this.element.style.display = over ? 'none' : '';
    this.plot.style.display = curves ? '' : 'none';
    const live = performance.now() - this.heardAt < SILENT_MS;
    this.header.show({
      title,
      runs: [...runs.values()],
      options: this.options,
      curves,
      stop: running && live && this.post ? (this.stopAsked ? 'asked' : 'ready') : undefined,
      colors: readTheme(this.element).series,
    });
  }

  private schedule(): void {
    this.timer ??= window.setTimeout(
      () => {
        this.timer = undefined;
        void this.draw();
      },
      Math.max(0, this.earliest - performance.now()),
    );
  }

  /** Any number of calls during a drawing make one more. */
  private async draw(): Promise<void> {
    this.showHeader();
    if (this.drawing) {
      this.stale = true;
      return;
    }
    this.drawing = true;
    do {
      this.stale = false;
      const begun = performance.now();
      if (this.state.curves) await this.figure.show(curvesFigure([...this.state.runs.values()], this.options));
      const ended = performance.now();
      this.earliest = ended + Math.max(PAUSE_MS, PAUSE_FACTOR * (ended - begun));
    } while (this.stale);
    this.drawing = false;
  }
}
