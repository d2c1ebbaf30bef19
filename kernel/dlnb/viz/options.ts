// Names of options that plots have in common.

/** The options that every plot takes. */
export const PLOT_OPTIONS = { title: true, xLabel: true, yLabel: true, height: true } as const;

/** Those of plots with two axes of numbers. */
export const AXES_OPTIONS = { ...PLOT_OPTIONS, logX: true, logY: true, xRange: true, yRange: true } as const;
