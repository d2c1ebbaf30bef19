// How a stage is colored: images as images, all else on the chosen scale.
import type { FilterStage } from '../../kernel/wire/filters.ts';
import type { ColorScale } from '../shared/color-scale.ts';
import type { ValueRange } from '../shared/range.ts';
import { rangeFor } from './paint.ts';
import type { Extent } from './panels.ts';

/** The scale that was chosen, and the gray one for images. */
export interface Scales {
  chosen: ColorScale;
  gray: ColorScale;
}

/** Whether values look like those of an image: none below 0, up to 1 or 255, in one or three channels. */
export function isImage({ type, maps }: FilterStage, extent: Extent | undefined): boolean {
  const channels = maps?.shape[2];
  return type === 'input' && (channels === 1 || channels === 3) && !!extent && extent.min >= 0 && extent.max <= 255;
}

/** Scale and range of a stage's values. @param colors three channels make one picture */
export function coloring(
  stage: FilterStage,
  extent: Extent | undefined,
  colors: boolean,
  { chosen, gray }: Scales,
): { scale: ColorScale; range: ValueRange } {
  if (isImage(stage, extent))
    return { scale: gray, range: { low: 0, high: extent!.max <= 1 ? 1 : 255, clipped: false } };
  // Gray is zero where red, green and blue are weights
  return { scale: chosen, range: colors ? centered(extent) : rangeFor(chosen, extent) };
}

function centered(extent: Extent | undefined): ValueRange {
  const end = extent ? Math.max(-extent.min, extent.max) || 1 : 1;
  return { low: -end, high: end, clipped: false };
}
