// The picture of a plot of Vega or Vega-Lite: Vega makes its SVG without a page. Vega is loaded with the first plot.
import { plot } from '../../../renderers/vega/plot.ts';
import { checkSpec } from '../../../renderers/vega/spec.ts';
import { PayloadError } from '../../wire/fields.ts';
import { isVegaLite } from '../../wire/vega.ts';
import { card, LIGHT, MAX_HEIGHT, WIDTH, type Drawing } from '../svg.ts';

/** A larger plot, in pixels, has no picture. */
const LARGEST = 4 * MAX_HEIGHT;

/** The plot, or a card that says why it cannot be drawn. */
export async function vegaPicture(json: unknown, mime: string): Promise<Drawing> {
  try {
    const spec = checkSpec(json);
    // A file of its own in dist/pictures/
    const library = await import('../../../renderers/vega/library.ts');
    const theme = { ...LIGHT, fontFamily: 'DejaVu Sans' };
    const view = await plot(library, spec, { lite: isVegaLite(mime), theme, width: WIDTH, renderer: 'none' });
    try {
      const svg = await view.toSVG();
      const size = (name: string) => Number(new RegExp(`^<svg[^>]*?\\s${name}="([\\d.]+)"`).exec(svg)?.[1] ?? 1);
      const drawing = { width: size('width'), height: size('height'), body: svg };
      if (Math.max(drawing.width, drawing.height) <= LARGEST) return drawing;
      throw new PayloadError(`its ${Math.round(drawing.width)} × ${Math.round(drawing.height)} pixels are too many`);
    } finally {
      view.finalize();
    }
  } catch (e) {
    if (!(e instanceof PayloadError)) throw e;
    const remedy = e.remedy ? ` ${e.remedy}` : '';
    return card('Vega plot', `This plot cannot be drawn: ${e.message}.${remedy}`);
  }
}
