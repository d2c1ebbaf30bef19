// The visible part of the graph: pan and zoom, as numbers only.
export interface Camera {
  /** Pixels of the page per pixel of the drawing. */
  scale: number;
  /** The drawing's corner on the stage, in pixels. */
  x: number;
  y: number;
}

export interface Extent {
  width: number;
  height: number;
}

const MIN_SCALE = 0.01;
const MAX_SCALE = 4;
/** Below this scale text is unreadable: a tall graph is then shown from its top. */
const READABLE = 0.55;
/** A graph that fits only at a smaller scale is first shown from its beginning. */
const RECOGNIZABLE = 0.4;
const WELL_READABLE = 0.8;
const MAX_HEIGHT = 620;
const MIN_HEIGHT = 150;

export const clampScale = (scale: number) => Math.max(MIN_SCALE, Math.min(MAX_SCALE, scale));

/** The scale at which a drawing fits a width, at most 1; a tall one is reduced further while it stays readable. */
export function fitScale({ width, height }: Extent, available: number): number {
  const wide = Math.min(1, available / Math.max(1, width));
  const whole = Math.min(wide, MAX_HEIGHT / Math.max(1, height));
  return clampScale(whole >= READABLE ? whole : wide);
}

/** The height of the stage for a drawing at that scale. */
export const stageHeight = ({ height }: Extent, scale: number) =>
  Math.round(Math.max(MIN_HEIGHT, Math.min(MAX_HEIGHT, height * scale)));

/** The scale at which a drawing is first shown. */
export const firstScale = (drawing: Extent, available: number) => Math.max(RECOGNIZABLE, fitScale(drawing, available));

/** Centers the drawing; one that is too wide or too high is shown from its beginning. */
export function centered(drawing: Extent, stage: Extent, scale: number): Camera {
  return {
    scale,
    x: Math.max(0, (stage.width - drawing.width * scale) / 2),
    y: Math.max(0, (stage.height - drawing.height * scale) / 2),
  };
}

/** Zooms; the point of the drawing at this place of the stage stays there. */
export function zoomed({ scale, x, y }: Camera, factor: number, at: { x: number; y: number }): Camera {
  const next = clampScale(scale * factor);
  const share = next / scale;
  return { scale: next, x: at.x - (at.x - x) * share, y: at.y - (at.y - y) * share };
}

/** Moves just far enough to keep the drawing in sight. */
export function kept(camera: Camera, drawing: Extent, stage: Extent): Camera {
  const margin = 40;
  const within = (at: number, size: number, room: number) => Math.max(margin - size, Math.min(room - margin, at));
  const { scale } = camera;
  return {
    scale,
    x: within(camera.x, drawing.width * scale, stage.width),
    y: within(camera.y, drawing.height * scale, stage.height),
  };
}

/** The direction in which the graph is drawn larger. */
export function betterDirection(right: Extent, down: Extent, available: number): 'right' | 'down' {
  const room = (e: Extent) => Math.min(fitScale(e, available), (1.5 * MAX_HEIGHT) / Math.max(1, e.height));
  // Left to right is preferred as long as it is readable
  return room(right) < WELL_READABLE && room(down) > room(right) * 1.05 ? 'down' : 'right';
}
