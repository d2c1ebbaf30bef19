// `explore` of the module `dlnb`: controls whose function draws again when one is moved.
import { createHash } from 'node:crypto';
import type { ControlsRequest } from '../../wire/controls.ts';
import { checkOptions, shown, type OptionNames } from '../options.ts';
import { Button, declare, type ControlSpecs, type Declared, type ValuesOf } from './declare.ts';
import { Panel, type PanelHost, type PanelOptions } from './panel.ts';

export type { Button, ChoiceOptions, ControlSpec, ControlSpecs, RangeOptions, ValueOf, ValuesOf } from './declare.ts';

/** Options of {@link ExploreFunction}. */
export interface ExploreOptions {
  /** Stands above the controls. */
  title?: string;
}

const EXPLORE_OPTIONS: OptionNames<ExploreOptions> = { title: 'text' };

/** Controls that {@link ExploreFunction} has shown. */
export interface Exploration<S extends ControlSpecs> {
  /** The values of the controls now. */
  readonly values: ValuesOf<S>;
}

/**
 * Shows controls under the cell and what a function draws for their values; when a control is moved, the function is
 * called again and its outputs change in place. `[from, to]` is a slider (`[1e-4, 1, { log: true }]` a logarithmic one,
 * `{ from, to, step, log, value, label }` says all), a list is a choice, true or false a box, `button('New data')` a
 * button, whose value counts its clicks.
 *
 * The function returns a figure or any other value that a cell can show, or a list of several: figures that follow one
 * another stand side by side where there is room, texts and tables take a line of their own. It may be asynchronous.
 * While it computes, newer values wait, and only the newest one counts. Tensors that it makes are disposed of after it,
 * as by `tf.tidy`. Where there is no kernel, in exported pages for example, the controls show samples that the kernel
 * has computed before: at most 200 combinations.
 *
 * ```ts
 * import { explore, viz } from 'dlnb';
 * const x = Array.from({ length: 61 }, (_, i) => i / 10 - 3);
 * explore({ w: [-2, 2], b: [-2, 2], kind: ['relu', 'tanh'] }, ({ w, b, kind }) =>
 *   viz.line(x.map((v) => (kind === 'relu' ? Math.max(0, w * v + b) : Math.tanh(w * v + b))), { x, yRange: [-3, 3] }),
 * );
 * ```
 *
 * @returns the controls, whose `values` other cells may read
 * @throws TypeError or RangeError for a control that cannot be shown; and the error of the first call of the function
 */
export type ExploreFunction = <const S extends ControlSpecs>(
  controls: S,
  draw: (values: ValuesOf<S>) => unknown,
  options?: ExploreOptions,
) => Exploration<S>;

/**
 * A button for {@link ExploreFunction}, whose value is how often it was pressed.
 * @example
 * ```ts
 * explore({ again: button('New data') }, ({ again }) => viz.scatter(data.moons({ n: 100, seed: again }).points));
 * ```
 */
export function button(label: string): Button {
  if (typeof label !== 'string' || label === '')
    throw new TypeError(`button: the label must be a text that is not empty, got ${shown(label)}`);
  return new Button(label);
}

/** What panels need from their session, besides what this file gives them. */
export type ExploreHost = PanelHost & {
  /** The value is shown already: as the last value of a cell it is not shown again. */
  isShown(value: object): void;
};

/** `explore`, and the events that its session reports to it. */
export interface ExploreSession {
  explore: ExploreFunction;
  /** Shows a panel. */
  panel(declared: readonly Declared[], options: PanelOptions): Panel;
  /** The number of a new panel in a run. */
  numberFor(run: object): number;
  /** A view has sent a message. */
  receive(request: ControlsRequest): void;
  /** The run of a cell has ended. */
  runEnded(run: object): void;
  /** Makes the grids that are not made yet, and brings all outputs up to date. */
  settle(): Promise<void>;
}

/** Makes `explore` for one session. */
export function makeExplore(host: ExploreHost): ExploreSession {
  const panels = new Map<number, Panel>();
  const counts = new WeakMap<object, number>();

  /** Forgets panels of cells that have run again. */
  function prune(): void {
    for (const [number, panel] of panels) {
      if (host.isCurrent(panel.run)) continue;
      panel.dispose();
      panels.delete(number);
    }
  }

  /** Of the cell and the place in it, so that running a notebook again does not change its file. */
  function numberFor(run: object): number {
    const before = counts.get(run) ?? 0;
    counts.set(run, before + 1);
    const hash = createHash('sha256')
      .update(`${host.cellOf(run)} ${before}`)
      .digest();
    let number = hash.readUInt32LE() % 2 ** 31;
    while (panels.has(number)) number = (number + 1) % 2 ** 31;
    return number;
  }

  function panel(declared: readonly Declared[], options: PanelOptions): Panel {
    prune();
    const made = new Panel(host, numberFor(host.run()), declared, options);
    made.begin();
    panels.set(made.number, made);
    return made;
  }

  return {
    explore(controls, draw, options = {}) {
      checkOptions('explore', options, EXPLORE_OPTIONS);
      if (typeof draw !== 'function')
        throw new TypeError(
          `explore: the second argument must be a function of the values, such as ({ w }) => viz.line(…), got ${shown(draw)}`,
        );
      const made = panel(declare('explore', controls), {
        of: 'explore',
        title: options.title,
        draw: draw as (values: Record<string, unknown>) => unknown,
      });
      const exploration = {
        get values() {
          return made.given();
        },
      };
      host.isShown(exploration);
      return exploration as Exploration<typeof controls>;
    },
    panel,
    numberFor,
    receive(request) {
      prune();
      const found = panels.get(request.panel);
      if (found) found.receive(request);
      else if (request.type !== 'stop') host.send({ type: 'gone', panel: request.panel });
    },
    runEnded(run) {
      for (const shownPanel of panels.values()) if (shownPanel.run === run) shownPanel.gridSoon();
    },
    async settle() {
      prune();
      for (const shownPanel of panels.values()) await shownPanel.settle();
    },
  };
}
