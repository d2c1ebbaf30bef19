// The colors of a stage: images as images, everything else on the chosen scale.
import type { FilterStage } from '../../kernel/wire/filters.ts';
import type { ColorScale } from '../shared/color-scale.ts';
import type { ValueRange } from '../shared/range.ts';
import { rangeFor } from './paint.ts';
import type { Extent } from './panels.ts';

/** The chosen scale, and the gray one for images. */
export interface Scales {
  chosen: ColorScale;
  gray: ColorScale;
}

/** Whether values look like an image: from 0 to 1 or 255, in one or three channels. */
export function isImage({ type, maps }: FilterStage, extent: Extent | undefined): boolean {
  const channels = maps?.shape[2];
  return type === 'input' && (channels === 1 || channels === 3) && !!extent && extent.min >= 0 && extent.max <= 255;
}

/** Scale and range of a stage's values. @param colors whether three channels make one picture */
export function coloring(
  stage: FilterStage,
  extent: Extent | undefined,
  colors: boolean,
  { chosen, gray }: Scales,
): { scale: ColorScale; range: ValueRange } {
  if (isImage(stage, extent))
    return { scale: gray, range: { low: 0, high: extent!.max <= 1 ? 1 : 255, clipped: false } };
  // Zero is gray if red, green and blue are weights
  return { scale: chosen, range: colors ? centered(extent) : rangeFor(chosen, extent) };
}

function centered(extent: Extent | undefined): ValueRange {
  const end = extent ? Math.max(-extent.min, extent.max) || 1 : 1;
  return { low: -end, high: end, clipped: false };
}
