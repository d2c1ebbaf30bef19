// From the payload of an output to a specification that is safe to draw: checks its size, and that nothing in it asks
// for a file or an address. No DOM, no Vega.
import { isRecord, PayloadError } from '../../kernel/wire/fields.ts';

export type PlainObject = { [key: string]: unknown };

/** Limits of what is drawn; beyond them the page would freeze. */
export const LIMITS = { bytes: 64 * 2 ** 20, depth: 100 };

const REMEDY = 'Load the data in a cell and put it into data.values.';

/** Said of data or an image at an address. */
export const outside = (url: string, what = 'data'): PayloadError =>
  new PayloadError(
    `it asks for ${what} at ${JSON.stringify(url.slice(0, 200))}, and plots load nothing from files or the network`,
    what === 'data' ? REMEDY : 'Use a data URL.',
  );

/**
 * Checks an output's payload.
 * @throws PayloadError that says what is wrong
 */
export function checkSpec(payload: unknown): PlainObject {
  if (!isRecord(payload) || Array.isArray(payload)) throw new PayloadError('a specification is an object');
  refuseAddresses(payload, 0);
  return payload;
}

/** Refuses data that is at an address. Rows of data are not searched: they are values. */
function refuseAddresses(value: unknown, depth: number): void {
  if (depth > LIMITS.depth) throw new PayloadError(`the specification is nested more than ${LIMITS.depth} levels deep`);
  if (Array.isArray(value)) {
    for (const item of value) refuseAddresses(item, depth + 1);
    return;
  }
  if (!isRecord(value)) return;
  for (const [key, part] of Object.entries(value)) {
    if (key === 'values' || key === 'datasets') continue;
    if (key === 'data')
      for (const source of Array.isArray(part) ? part : [part])
        if (isRecord(source) && typeof source['url'] === 'string' && !isDataUrl(source['url']))
          throw outside(source['url']);
    refuseAddresses(part, depth + 1);
  }
}

const isDataUrl = (url: string): boolean => /^data:/i.test(url);

/**
 * The specification with numbers in place of the sizes `'container'`.
 * @param width that of the output, in pixels
 */
export function fittedSpec(spec: PlainObject, width: number): PlainObject {
  const [wide, high] = [spec['width'] === 'container', spec['height'] === 'container'];
  if (!wide && !high) return spec;
  return {
    autosize: { type: wide && high ? 'fit' : wide ? 'fit-x' : 'fit-y', contains: 'padding' },
    ...spec,
    ...(wide ? { width } : {}),
    ...(high ? { height: 300 } : {}),
  };
}

/** Whether a reader can do something with the plot: then it is not scaled, so that the pointer's place stays right. */
export const isInteractive = (spec: PlainObject): boolean => /"(params|selection|signals)":/.test(JSON.stringify(spec));

/**
 * Vega's loader of files: it has data URLs, and refuses everything else.
 * @param refuse is told what was refused: Vega itself only notes it
 */
export function closedLoader(refuse: (error: Error) => void) {
  const refused = (url: string, what: string): never => {
    const error = outside(url, what);
    refuse(error);
    throw error;
  };
  return {
    options: {},
    load: async (url: string) => (isDataUrl(url) ? textOf(url) : refused(url, 'data')),
    sanitize: async (url: string, options?: { context?: string }): Promise<{ href: string }> => {
      // A link does nothing until the reader follows it
      if (options?.context === 'href' && /^(https?:|mailto:|#)/i.test(url)) return { href: url };
      return /^data:image\//i.test(url) ? { href: url } : refused(url, 'a picture');
    },
    http: async (url: string) => refused(url, 'data'),
    file: async (url: string) => refused(url, 'data'),
  };
}

function textOf(url: string): string {
  const [, base64, body = ''] = /^data:[^,]*?(;base64)?,(.*)$/is.exec(url) ?? [];
  if (!base64) return decodeURIComponent(body);
  return new TextDecoder().decode(Uint8Array.from(atob(body), (c) => c.charCodeAt(0)));
}
