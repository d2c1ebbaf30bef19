// Panels of a figure of small multiples: where each stands. Carried in `layout.meta.panels` of a plotly figure, since
// the places depend on the width of the output: in a narrow one there are fewer panels in a row.

/** One panel. The names are those of its axes in the layout. */
export interface Panel {
  row: number;
  column: number;
  /** `xaxis2` */
  x: string;
  /** `yaxis2` */
  y: string;
  /** Height by width of its plane, if its axes are equal. */
  aspect?: number;
  /** Number of its title among the annotations, if it has one. */
  title?: number;
  /** Numbers of its traces that have a color bar of their own beside the panel. */
  bars: number[];
}

export interface Panels {
  /** Panels in a row where there is room. */
  columns: number;
  list: Panel[];
  /** Whether all panels have the same axis, whose numbers then stand at the outer ones only. */
  shareX: boolean;
  shareY: boolean;
  /** Whether one color bar at the right counts for all panels. */
  oneBar: boolean;
  legend: boolean;
  /** Height of a panel in pixels. */
  height: number;
}
