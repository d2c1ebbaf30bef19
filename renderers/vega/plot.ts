// One plot as a view of Vega, the same in the page and in pictures: nothing of it is loaded or run as code, and what
// Vega only notes as an error is an error here.
import { PayloadError } from '../../kernel/wire/fields.ts';
import type { Colors } from './look.ts';
import { themeConfig } from './look.ts';
import { closedLoader, fittedSpec, type PlainObject } from './spec.ts';

type Library = typeof import('./library.ts');

export interface PlotOptions {
  /** Whether it is a specification of Vega-Lite. */
  lite: boolean;
  theme: Colors;
  /** The width of the output in pixels. */
  width: number;
  /** Where the plot is drawn; without it, nowhere. */
  container?: HTMLElement;
  renderer: 'svg' | 'canvas' | 'none';
}

/**
 * Draws a checked specification.
 * @throws PayloadError if Vega cannot draw it, or if it asks for something outside
 */
export async function plot(library: Library, spec: PlainObject, options: PlotOptions) {
  const errors: unknown[] = [];
  const quiet = { level: () => 0, warn: () => logger, info: () => logger, debug: () => logger };
  const logger = { ...quiet, error: (...args: unknown[]) => (errors.push(...args), logger) };
  let view: InstanceType<Library['View']> | undefined;
  try {
    const config = themeConfig(spec, options.theme, options.lite);
    // Vega changes its arguments, and the specification is needed again for the next theme
    const fitted = structuredClone(fittedSpec(spec, options.width));
    const compiled = options.lite
      ? library.compile(fitted as never, { config: config as never, logger: logger as never }).spec
      : fitted;
    const runtime = library.parse(compiled as never, options.lite ? undefined : (config as never), { ast: true });
    view = new library.View(runtime, {
      expr: library.expressionInterpreter as never,
      loader: closedLoader((error) => errors.unshift(error)) as never,
      logger: logger as never,
      renderer: options.renderer,
      hover: true,
      ...(options.container ? { container: options.container } : {}),
    });
    await view.runAsync();
  } catch (error) {
    errors.push(error);
  }
  if (errors.length === 0 && view) return view;
  view?.finalize();
  throw asPayloadError(errors[0]);
}

function asPayloadError(error: unknown): PayloadError {
  if (error instanceof PayloadError) return error;
  // Vega-Lite stumbles over marks and encodings that it does not know
  if (error instanceof TypeError)
    return new PayloadError(`Vega cannot read it (${error.message})`, 'Check the names of its marks and encodings.');
  const message = error instanceof Error ? error.message : String(error);
  return new PayloadError(message.length > 500 ? `${message.slice(0, 500)} …` : message);
}
