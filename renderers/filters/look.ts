// The colors of a stage: images as images, everything else on the chosen scale; by default zero-centered, but amounts
// from zero up where nothing is negative.
import type { FilterStage } from '../../kernel/wire/filters.ts';
import { colorScale, SCALES, type ColorScale, type ScaleName } from '../shared/color-scale.ts';
import type { ValueRange } from '../shared/range.ts';
import type { Theme } from '../shared/theme.ts';
import { rangeFor } from './paint.ts';
import type { Extent } from './panels.ts';

/** The chosen scale, and the gray one for images. */
export interface Scales {
  chosen: ColorScale;
  gray: ColorScale;
  /** In place of the chosen one where no value is negative, as after a ReLU; absent if the reader has chosen. */
  amounts?: ColorScale;
}

/** What the reader can choose. */
export type Colors = 'auto' | ScaleName;
export const COLORS: Record<Colors, string> = { auto: 'Colors: automatic', ...SCALES };

export const scalesFor = (colors: Colors, theme: Pick<Theme, 'kind'>): Scales => ({
  chosen: colorScale(colors === 'auto' ? 'diverging' : colors, theme),
  gray: colorScale('gray', theme),
  ...(colors === 'auto' && { amounts: colorScale('sequential', theme) }),
});

/** The scales with that of a whole stage for each part of it. @param scale the stage's */
export function settled({ chosen, gray, amounts }: Scales, scale: ColorScale): Scales {
  return amounts && scale === amounts ? { chosen: amounts, gray, amounts } : { chosen, gray };
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
  { chosen, gray, amounts }: Scales,
): { scale: ColorScale; range: ValueRange } {
  if (isImage(stage, extent))
    return { scale: gray, range: { low: 0, high: extent!.max <= 1 ? 1 : 255, clipped: false } };
  if (amounts && !colors && extent && (chosen === amounts || extent.min >= 0))
    return { scale: amounts, range: { low: 0, high: extent.max || 1, clipped: false } };
  // Zero is gray if red, green and blue are weights
  return { scale: chosen, range: colors ? centered(extent) : rangeFor(chosen, extent) };
}

function centered(extent: Extent | undefined): ValueRange {
  const end = extent ? Math.max(-extent.min, extent.max) || 1 : 1;
  return { low: -end, high: end, clipped: false };
}
