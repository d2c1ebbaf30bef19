// Marks for values beyond a color scale, so that they are distinguishable without color.

/** Draws the mark of a value that is not on the scale, around a point. */
export function drawMark(context: CanvasRenderingContext2D, value: number, x: number, y: number, radius: number): void {
  context.beginPath();
  if (Number.isNaN(value)) {
    context.moveTo(x - radius, y - radius);
    context.lineTo(x + radius, y + radius);
    context.moveTo(x + radius, y - radius);
    context.lineTo(x - radius, y + radius);
    context.stroke();
  } else if (!Number.isFinite(value)) {
    const up = value > 0 ? -radius : radius;
    context.moveTo(x - radius, y - up);
    context.lineTo(x, y + up);
    context.lineTo(x + radius, y - up);
    context.fill();
  } else {
    context.arc(x, y, radius * 0.6, 0, 2 * Math.PI);
    context.fill();
  }
}
