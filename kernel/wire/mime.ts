// The MIME types of outputs. The payload of each is in the file that its comment names.

/** Text printed to stdout; VS Code's own type. */
export const STDOUT = 'application/vnd.code.notebook.stdout';
/** Text printed to stderr; VS Code's own type. */
export const STDERR = 'application/vnd.code.notebook.stderr';
/** A thrown error; VS Code's own type. Payload: `PlainError` in errors.ts. */
export const ERROR = 'application/vnd.code.notebook.error';

/**
 * A thrown error with a code frame and links into cells, beside {@link ERROR} in the same output.
 * Payload: `CellError` in errors.ts.
 */
export const CELL_ERROR = 'application/vnd.dlnb.error+json';
/** Controls with what a function draws for their values. Payload: `ControlsPayload` in controls.ts. */
export const CONTROLS = 'application/vnd.dlnb.controls+json';
/** Filters of convolutions, and their feature maps on an input. Payload: bytes, see `FiltersHeader` in filters.ts. */
export const FILTERS = 'application/vnd.dlnb.filters';
/** The graph of a computation, or of the layers of a model. Payload: bytes, see `GraphHeader` in graph.ts. */
export const GRAPH = 'application/vnd.dlnb.graph';
/** Says that a cell printed more than is shown, and where all of it is. Payload: `OverflowNotice` in overflow.ts. */
export const OVERFLOW = 'application/vnd.dlnb.overflow+json';
/** A plotly figure. Payload: `PlotlyFigure` in plotly.ts. */
export const PLOTLY = 'application/vnd.plotly.v1+json';
/** Progress bars. Payload: `ProgressReport` in progress.ts. */
export const PROGRESS = 'application/vnd.dlnb.progress+json';
/** The layers of a model. Payload: `SummaryTable` in summary.ts. */
export const SUMMARY = 'application/vnd.dlnb.summary+json';
/** A tensor or a typed array. Payload: bytes, see `TensorHeader` in tensor.ts. */
export const TENSOR = 'application/vnd.dlnb.tensor';
/** Text whose pieces are colored by numbers. Payload: `ColoredText` in text.ts. */
export const TEXT = 'application/vnd.dlnb.text+json';
/** Curves of training runs. Payload: `TrainingChart` in training.ts. */
export const TRAINING = 'application/vnd.dlnb.training+json';
/**
 * A value that holds others, as a tree, or an array of records, as a table. Payload: `ValuePayload` in value.ts.
 */
export const VALUE = 'application/vnd.dlnb.value+json';
