// The picture of a training chart: the state and last values of each run, and its curves.
import { curvesFigure, metricTitle, short } from '../../../renderers/training/curves.ts';
import { ChartState, type Run } from '../../../renderers/training/state.ts';
import { clockText, count } from '../../../renderers/shared/numbers.ts';
import { withThemeColors } from '../../../renderers/plotly/look.ts';
import { el, label, LIGHT, n, WIDTH, wrapped, type Drawing } from '../svg.ts';
import { figurePicture } from './plotly/index.ts';

/** Weight of earlier values in the drawn curves; the chart's own first setting. */
const SMOOTHING = 0.6;
const LINE = 18;
/** Of more runs, the others are counted. */
const MOST_RUNS = 8;

const STATES = {
  running: 'running',
  done: 'done',
  stopped: 'stopped',
  interrupted: 'interrupted',
  failed: 'failed',
} as const;

/** @throws PayloadError if the payload is no training chart */
export function trainingPicture(json: unknown): Drawing {
  const state = new ChartState(json);
  const { logX, logY } = state;
  const runs = [...state.runs.values()];
  let top = 12;
  let body = '';
  const title = state.title ?? 'Training';
  body += label(12, top + 13, title, { size: 14, most: WIDTH - 24 });
  top += 22;
  for (const [i, run] of runs.slice(0, MOST_RUNS).entries()) {
    const lines = runLines(run, i, runs.length, top);
    body += lines.body;
    top += lines.height;
  }
  if (runs.length > MOST_RUNS) {
    body += label(12, top + 12, `… and ${runs.length - MOST_RUNS} more runs`, { size: 11, fill: LIGHT.muted });
    top += LINE;
  }
  if (!state.curves) return { width: WIDTH, height: top, body };
  const checked = curvesFigure(runs, { smoothing: SMOOTHING, logX, logY });
  // Before theme colors are put in, typed arrays become lists
  const plain = { ...checked, data: checked.data.map((t) => ({ ...t, ...lists(t) })) };
  const figure = { ...plain, data: withThemeColors(plain.data, LIGHT), layout: withThemeColors(plain.layout, LIGHT) };
  const curves = figurePicture(figure);
  body += el('g', { transform: `translate(0 ${n(top)})` }, curves.body);
  return { width: WIDTH, height: top + curves.height, body };
}

function lists(trace: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    ['x', 'y'].filter((k) => ArrayBuffer.isView(trace[k])).map((k) => [k, Array.from(trace[k] as Float64Array)]),
  );
}

/** `run 1: done, 20 epochs, 400 steps in 0:12 · loss 0.12 · validation loss 0.2`. */
function runLines(run: Run, index: number, runs: number, top: number): { body: string; height: number } {
  const swatch =
    runs > 1
      ? el('path', { d: `M12 ${n(top + 8)}h16`, stroke: LIGHT.series[index % 8]!, 'stroke-width': 2.5, fill: 'none' })
      : '';
  const amount = (done: number, total: number | undefined, noun: string) =>
    done > 0 || total
      ? `${count(done)}${total && total !== done ? ` of ${count(total)}` : ''} ${noun}${(total ?? done) === 1 ? '' : 's'}`
      : '';
  const facts = [
    runs > 1 ? `${run.name}: ${STATES[run.state]}` : STATES[run.state],
    amount(run.epochs, run.totalEpochs, 'epoch'),
    amount(run.steps, run.totalSteps, 'step'),
    clockText(run.seconds),
    ...lastValues(run),
    run.notFiniteCount > 0 ? `${count(run.notFiniteCount)} not finite` : '',
  ].filter(Boolean);
  const bad = run.state === 'failed' || run.state === 'interrupted' || run.notFiniteCount > 0;
  const left = runs > 1 ? 34 : 12;
  const style = { size: 11, fill: bad ? LIGHT.series[3]! : LIGHT.muted };
  const lines = wrapped(facts.join(' · '), WIDTH - left - 12, runs > 1 ? 1 : 3, 11);
  const body = swatch + lines.map((line, i) => label(left, top + 12 + 16 * i, line, style)).join('');
  return { body, height: LINE + 16 * (lines.length - 1) };
}

/** The last value of each metric; of an epoch, if there are epochs. */
function lastValues({ curves }: Run): string[] {
  const names = new Set([...curves.values()].map((c) => c.name));
  return [...names].slice(0, 6).flatMap((name) => {
    const last = (curves.get(`epoch:${name}`) ?? curves.get(`step:${name}`))?.y.at(-1);
    return last === undefined ? [] : `${metricTitle(name)} ${short(last)}`;
  });
}
