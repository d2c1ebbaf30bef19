// The lines above the curves: the state of each run, and the controls.
import { button, element } from '../shared/dom.ts';
import { clockText, count, durationText, rateText } from '../shared/numbers.ts';
import { metricTitle, short, type CurveOptions } from './curves.ts';
import type { Run } from './state.ts';
import { hostStyle } from '../shared/host-style.ts';

/** The data of a header. */
export interface HeaderState {
  title: string | undefined;
  runs: readonly Run[];
  options: CurveOptions;
  /** Whether there are curves below, which the controls are for. */
  curves: boolean;
  /** Text of the Stop button; undefined without a button. */
  stop: 'ready' | 'asked' | undefined;
  /** Colors of the runs. */
  colors: readonly string[];
}

export interface HeaderEvents {
  change(options: Partial<CurveOptions>): void;
  stop(): void;
}

/** Made once and refilled, so that a control that the reader holds stays usable. */
export class Header {
  readonly element = document.createElement('div');
  private readonly title = element('div', 'title');
  private readonly legend = element('span', 'facts');
  private readonly runs = element('div', 'runs');
  private readonly note = element('div', 'warning');
  private readonly smooth = element('label', 'smooth', 'Smoothing');
  private readonly smoothing = document.createElement('input');
  private readonly logX: HTMLButtonElement;
  private readonly logY: HTMLButtonElement;
  private readonly stop: HTMLButtonElement;
  private width = 0;
  private height = 0;

  constructor(events: HeaderEvents) {
    const root = this.element.attachShadow({ mode: 'open' });
    const style = document.createElement('style');
    style.textContent = styles;
    this.smoothing.type = 'range';
    Object.assign(this.smoothing, { min: '0', max: '0.99', step: '0.01' });
    this.smoothing.addEventListener('input', () => events.change({ smoothing: Number(this.smoothing.value) }));
    this.smooth.append(this.smoothing);
    this.logX = button('log x', 'Logarithmic steps', () => events.change({ logX: this.logX.ariaPressed !== 'true' }));
    this.logY = button('log y', 'Logarithmic values', () => events.change({ logY: this.logY.ariaPressed !== 'true' }));
    this.stop = button('Stop', 'End the training after this step; variables keep their values', events.stop);
    this.stop.classList.add('stop');
    const controls = element('div', 'controls');
    controls.append(this.smooth, this.logX, this.logY, this.stop);
    const line = element('div', 'line');
    line.append(this.title, this.legend, controls);
    root.append(style, line, this.runs, this.note);
  }

  show({ title, runs, options, curves, stop, colors }: HeaderState): void {
    this.title.textContent = title ?? (runs.length === 1 ? runs[0]!.name : 'Training');
    const validated = runs.some((run) => [...run.curves.values()].some(({ name }) => name.startsWith('val_')));
    this.legend.textContent = runs.length > 1 && validated ? 'dotted: validation' : '';
    this.smoothing.value = String(options.smoothing);
    this.logX.ariaPressed = String(options.logX);
    this.logY.ariaPressed = String(options.logY);
    for (const control of [this.smooth, this.logX, this.logY]) control.hidden = !curves;
    this.stop.hidden = stop === undefined;
    this.stop.disabled = stop === 'asked';
    this.stop.textContent = stop === 'asked' ? 'Stopping…' : 'Stop';
    runs.forEach((run, i) => {
      const line = runLine(run, runs.length > 1 ? colors[i % colors.length] : undefined);
      const old = this.runs.children[i];
      if (!old) this.runs.append(line);
      else if (!old.isEqualNode(line)) old.replaceWith(line);
    });
    while (this.runs.children.length > runs.length) this.runs.lastChild!.remove();
    this.note.textContent = runs
      .map((run) => warning(run, runs.length > 1))
      .filter(Boolean)
      .join(' ');
    this.keepHeight();
  }

  /** Its height does not shrink while its width stays: a shorter line would move everything below. */
  private keepHeight(): void {
    const { width, height } = this.element.getBoundingClientRect();
    if (width !== this.width) {
      this.element.style.minHeight = '';
      this.width = width;
      this.height = this.element.getBoundingClientRect().height;
    } else if (height > this.height) this.height = height;
    this.element.style.minHeight = `${this.height}px`;
  }
}

function runLine(run: Run, color: string | undefined): HTMLElement {
  const line = element('div', 'run');
  if (color !== undefined) {
    const swatch = element('span', 'swatch');
    swatch.style.background = color;
    line.append(swatch, element('span', 'name', run.name));
  }
  const early = run.state !== 'running' && run.state !== 'done' && (run.epochs > 0 || run.steps > 0);
  line.append(element('span', `state ${run.state}`, early ? `${run.state} at` : run.state));
  const share = shareOf(run);
  if (run.state === 'running' && share !== undefined) {
    const track = element('span', 'track');
    const fill = element('span', 'fill');
    fill.style.width = `${100 * Math.min(1, share)}%`;
    track.append(fill);
    line.append(track);
  }
  line.append(element('span', 'facts', factsOf(run).join(' · ')));
  line.append(element('span', 'values', valuesOf(run)));
  return line;
}

const of = (n: number, total: number | undefined) => (total === undefined ? count(n) : `${count(n)}/${count(total)}`);

function shareOf({ steps, epochs, totalSteps, totalEpochs }: Run): number | undefined {
  return totalSteps ? steps / totalSteps : totalEpochs ? epochs / totalEpochs : undefined;
}

function factsOf(run: Run): string[] {
  const { epochs, totalEpochs, steps, totalSteps, seconds, stepsPerSecond, left, state } = run;
  const facts = [];
  if (epochs > 0 || totalEpochs) facts.push(`epoch ${of(epochs, totalEpochs)}`);
  if (steps > 0) facts.push(`step ${of(steps, totalSteps)}`);
  // A rate measured over a moment means nothing
  if (stepsPerSecond && seconds >= 0.1)
    facts.push(rateText(stepsPerSecond).replace('/s', ' steps/s').replace('each', 'a step'));
  facts.push(state === 'running' && left !== undefined ? `${clockText(left)} left` : durationText(seconds));
  return facts;
}

/** The latest values. */
function valuesOf(run: Run): string {
  const last = new Map<string, number>();
  for (const { name, y } of run.curves.values()) if (y.length > 0) last.set(name, y.at(-1)!);
  return [...last].map(([name, value]) => `${metricTitle(name)} ${short(value)}`).join('   ');
}

function warning({ name, notFinite, notFiniteCount }: Run, several: boolean): string {
  const first = notFinite[0];
  if (!first) return '';
  const count = notFiniteCount > 1 ? ` (${notFiniteCount} such values in all)` : '';
  return `${several ? `${name}: ` : ''}${metricTitle(first.series)} became ${first.value} at step ${first.step}${count}.`;
}

const styles = `${hostStyle(1.5)}
[hidden] { display: none !important; }
.line, .run, .controls {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 2px 12px;
}
.state.stopped, .state.interrupted, .state.failed { margin-right: -7px; }
.line { min-height: 28px; }
.title { font-weight: 600; }
.controls { gap: 6px; margin-left: auto; }
.smooth {
  display: inline-flex;
  align-items: center;
  gap: 6px;
  margin-right: 6px;
  color: var(--vscode-descriptionForeground);
}
input[type='range'] { width: 84px; margin: 0; accent-color: var(--vscode-progressBar-background, #0e70c0); }
button {
  padding: 1px 8px;
  color: var(--vscode-foreground);
  background: transparent;
  border: 1px solid var(--vscode-contrastBorder, color-mix(in srgb, var(--vscode-foreground) 28%, transparent));
  border-radius: 3px;
  font: inherit;
  line-height: 1.5;
  cursor: pointer;
}
button:hover { background: var(--vscode-toolbar-hoverBackground, color-mix(in srgb, var(--vscode-foreground) 12%, transparent)); }
button:focus-visible, input:focus-visible { outline: 1px solid var(--vscode-focusBorder, currentColor); outline-offset: 1px; }
button[aria-pressed='true'] {
  color: var(--vscode-inputOption-activeForeground, var(--vscode-foreground));
  background: var(--vscode-inputOption-activeBackground, color-mix(in srgb, var(--vscode-foreground) 20%, transparent));
  border-color: var(--vscode-inputOption-activeBorder, currentColor);
}
.stop { color: var(--vscode-button-foreground, #fff); background: var(--vscode-button-background, #0e70c0); border-color: transparent; }
.stop:hover { background: var(--vscode-button-hoverBackground, #0e70c0); }
.stop:disabled { opacity: 0.6; cursor: default; }
.run { min-height: 22px; font-variant-numeric: tabular-nums; }
.swatch { width: 10px; height: 10px; border-radius: 2px; }
.name { font-weight: 600; margin-left: -6px; }
.facts { color: var(--vscode-descriptionForeground); }
.values { white-space: pre-wrap; }
.state { color: var(--vscode-descriptionForeground); }
.state.done { color: var(--vscode-charts-green, #388a34); }
.state.stopped, .state.interrupted { color: var(--vscode-editorWarning-foreground, #bf8803); }
.state.failed, .warning { color: var(--vscode-errorForeground, #c33); }
.warning:empty { display: none; }
.track {
  width: 120px;
  height: 6px;
  overflow: hidden;
  background: color-mix(in srgb, var(--vscode-foreground) 14%, transparent);
  border-radius: 3px;
}
.fill { display: block; height: 100%; background: var(--vscode-progressBar-background, #0e70c0); }
[hidden] { display: none; }
`;
