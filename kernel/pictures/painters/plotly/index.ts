// The picture of a plotly figure: of its last frame, if it has frames.
import { checkFigure, type Figure, type PlainObject } from '../../../../renderers/plotly/figure.ts';
import { withThemeColors } from '../../../../renderers/plotly/look.ts';
import { isRecord, PayloadError } from '../../../wire/fields.ts';
import { card, LIGHT, type Drawing } from '../../svg.ts';
import { flatPicture } from './flat.ts';
import { piePicture } from './pie.ts';
import { spatialPicture, SPATIAL } from './spatial.ts';
import { titleOf } from './values.ts';

const FLAT = new Set([
  'scatter',
  'bar',
  'box',
  'violin',
  'heatmap',
  'contour',
  'histogram',
  'histogram2d',
  'histogram2dcontour',
  'image',
]);

/** @throws PayloadError if the payload is no figure */
export function plotlyPicture(json: unknown): Drawing {
  let checked: Figure;
  try {
    checked = checkFigure(json);
  } catch (e) {
    if (!(e instanceof PayloadError)) throw e;
    return card('Plotly figure', `This figure cannot be drawn: ${e.message}.`);
  }
  const { figure, note } = lastFrame(checked);
  return figurePicture(
    { ...figure, data: withThemeColors(figure.data, LIGHT), layout: withThemeColors(figure.layout, LIGHT) },
    note,
  );
}

/** The picture of a checked figure in the colors of the page. @param note a line under its title */
export function figurePicture(figure: Figure, note?: string): Drawing {
  const types = figure.data.map((trace) => String(trace['type'] ?? 'scatter'));
  if (types.length > 0 && types.every((type) => SPATIAL.has(type))) return spatialPicture(figure, note);
  if (types.length > 0 && types.every((type) => type === 'pie')) return piePicture(figure);
  if (types.every((type) => FLAT.has(type))) return flatPicture(figure, note);
  const names = [...new Set(types)].join(', ');
  return card(
    titleOf(figure.layout['title']) || 'Plotly figure',
    `A plotly figure (${names}). DLNB draws it; this picture cannot.`,
  );
}

/** The figure as it is at the last of its frames. */
function lastFrame(figure: Figure): { figure: Figure; note?: string } {
  const frame = figure.frames.at(-1);
  if (!frame) return { figure };
  const traces = Array.isArray(frame['data']) ? (frame['data'] as PlainObject[]) : [];
  const places = Array.isArray(frame['traces']) ? (frame['traces'] as unknown[]) : traces.map((_, i) => i);
  const data = [...figure.data];
  traces.forEach((trace, i) => {
    const at = Number(places[i]);
    if (isRecord(trace) && data[at]) data[at] = { ...data[at], ...trace };
  });
  const layout = isRecord(frame['layout']) ? { ...figure.layout, ...frame['layout'] } : figure.layout;
  const name =
    typeof frame['name'] === 'string' && frame['name'] !== String(figure.frames.length - 1)
      ? `, “${frame['name']}”`
      : '';
  return { figure: { ...figure, data, layout }, note: `The last of ${figure.frames.length} frames${name}` };
}
