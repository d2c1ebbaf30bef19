// The MIME types of plots of Vega and Vega-Lite, as Jupyter names them.

/** A specification of Vega. @param version of Vega, for example 6 */
export const vegaMime = (version: number): string => `application/vnd.vega.v${version}+json`;
/** A specification of Vega-Lite. @param version of Vega-Lite, for example 6 */
export const vegaLiteMime = (version: number): string => `application/vnd.vegalite.v${version}+json`;

/** The MIME types that are drawn. The newest library draws them all. */
export const VEGA_TYPES: readonly string[] = [...[3, 4, 5, 6].map(vegaMime), ...[2, 3, 4, 5, 6].map(vegaLiteMime)];

/** Whether a MIME type is that of a specification of Vega-Lite, not of Vega. */
export const isVegaLite = (mime: string): boolean => mime.startsWith('application/vnd.vegalite.');
