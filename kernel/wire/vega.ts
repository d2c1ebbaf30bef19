// The MIME types of plots of Vega and Vega-Lite, as Jupyter names them.

/** A specification of Vega. @param version of Vega, for example 6 */
export const vegaMime = (version: number): string => `application/vnd.vega.v${version}+json`;
/** A specification of Vega-Lite. @param version of Vega-Lite, for example 6 */
export const vegaLiteMime = (version: number): string => `application/vnd.vegalite.v${version}+json`;
