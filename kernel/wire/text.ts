// The payload of text whose pieces are colored by numbers.

/** Payload of `TEXT`, version 1. */
export interface ColoredText {
  version: 1;
  title?: string;
  /** Tokens, words or characters, with the spaces between them. */
  tokens: string[];
  /** A number for each token; null where there is none. */
  values: (number | null)[];
  /** The numbers at both ends of the color scale. */
  low: number;
  high: number;
  /** One color that grows stronger, or two around the middle of the scale. */
  colors: 'sequential' | 'diverging';
  valueLabel?: string;
  /** What is said of a token under the pointer, besides its value. */
  notes?: string[];
}

/** How strong the color of a token is, from 0 to 1, and whether it is that of the lower half. */
export function strengthOf(
  value: number | null,
  { low, high, colors }: ColoredText,
): { strength: number; below: boolean } {
  if (value === null || !(high > low)) return { strength: 0, below: false };
  const share = Math.max(0, Math.min(1, (value - low) / (high - low)));
  return colors === 'sequential'
    ? { strength: share, below: false }
    : { strength: Math.abs(share - 0.5) * 2, below: share < 0.5 };
}
