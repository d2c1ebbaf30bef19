// The payload of plotly figures.

/** Payload of `PLOTLY`. */
export interface PlotlyFigure {
  data: object[];
  layout?: object;
  config?: object;
  frames?: object[];
}
