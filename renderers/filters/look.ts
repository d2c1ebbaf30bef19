// How a stage is coloured: images as images, all else on the chosen scale.
import type { FilterStage } from '../../kernel/wire/filters.ts';
import type { ColorScale } from '../shared/color-scale.ts';
import type { ValueRange } from '../shared/range.ts';
import { rangeFor } from './paint.ts';
import type { Extent } from './panels.ts';

/** The scale that was chosen, and the grey one for images. */
export interface Scales {
  chosen: ColorScale;
  grey: ColorScale;
}

/** Whether values look like those of an image: none below 0, up to 1 or 255, in one or three channels. */
export function isImage({ type, maps }: FilterStage, extent: Extent | undefined): boolean {
  const channels = maps?.shape[2];
  return type === 'input' && (channels === 1 || channels === 3) && !!extent && extent.min >= 0 && extent.max <= 255;
}

/** Scale and range of a stage's values. @param colours three channels make one picture */
export function colouring(
  stage: FilterStage,
  extent: Extent | undefined,
  colours: boolean,
  { chosen, grey }: Scales,
): { scale: ColorScale; range: ValueRange } {
  if (isImage(stage, extent))
    return { scale: grey, range: { low: 0, high: extent!.max <= 1 ? 1 : 255, clipped: false } };
  // Grey is zero where red, green and blue are weights
  return { scale: chosen, range: colours ? centred(extent) : rangeFor(chosen, extent) };
}

function centred(extent: Extent | undefined): ValueRange {
  const end = extent ? Math.max(-extent.min, extent.max) || 1 : 1;
  return { low: -end, high: end, clipped: false };
}
