// What a notebook leaves in its outputs for the table of its course: claims, exercises, results. These JSON items stand
// beside what is shown; nobody draws them. Files may be from anyone, so readers take what has the right form.
import { isRecord } from './fields.ts';

/** The claims under a cell, see {@link ClaimMark}: `{ claims: […] }`. */
export const CLAIMS = 'application/vnd.dlnb.claims+json';
/** The verdict of an exercise, see {@link ExerciseMark}. */
export const EXERCISE = 'application/vnd.dlnb.exercise+json';
/** How well a model did, see {@link ResultMark}. */
export const RESULT = 'application/vnd.dlnb.result+json';

/** At most so many claims of a cell are in its output. */
export const MOST_CLAIMS = 1000;

export interface ClaimMark {
  claim: string;
  holds: boolean;
}

export interface ExerciseMark {
  name: string;
  solved: boolean;
}

/** How well a model did, for `check.result`. */
export interface Result {
  /** The name of the model: `dense 100-100`. */
  model: string;
  /** The number of its trainable parameters. */
  parameters: number;
  /** Share of test examples that it gets wrong, in percent. */
  error: number;
  /** Passes over the training data. */
  epochs?: number;
  /** What else a reader must know: `permuted`, `3 seeds`. */
  note?: string;
}

export interface ResultMark extends Result {
  dataset: string;
}

/** What an output item says; empty for one of another type or form. */
export interface Marks {
  claims?: ClaimMark[];
  exercise?: ExerciseMark;
  result?: ResultMark;
}

/** Reads an output item. */
export function readMarks(mime: string, json: unknown): Marks {
  if (!isRecord(json)) return {};
  if (mime === CLAIMS) {
    const list = Array.isArray(json['claims']) ? (json['claims'] as unknown[]) : [];
    const claims = list.flatMap((mark) =>
      isRecord(mark) && isText(mark['claim']) && typeof mark['holds'] === 'boolean'
        ? [{ claim: mark['claim'], holds: mark['holds'] }]
        : [],
    );
    return { claims };
  }
  if (mime === EXERCISE) {
    const { name, solved } = json;
    return isText(name) && typeof solved === 'boolean' ? { exercise: { name, solved } } : {};
  }
  if (mime !== RESULT) return {};
  const { dataset, model, parameters, error, epochs, note } = json;
  if (!isText(dataset) || !isText(model) || !isNumber(parameters) || !isNumber(error)) return {};
  const more = { ...(isNumber(epochs) && { epochs }), ...(isText(note) && { note }) };
  return { result: { dataset, model, parameters, error, ...more } };
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
