// Reads a choice that a user typed. Errors list the possible choices.
import { ARCHITECTURES, DATA_SETS, dataOf, OPTIMIZERS, type Choice, type ModelChoice } from './choices.ts';

/** A choice as users type it: `LeNet-5` for `lenet5`. The data set and the optimizer have defaults. */
export interface TypedChoice {
  architecture: string;
  data?: string | undefined;
  optimizer?: string | undefined;
}

/**
 * Reads a choice.
 * @throws ChoiceError that lists the possibilities, for a part that is unknown or does not fit
 */
export function readChoice(typed: TypedChoice): ModelChoice {
  const architecture = find('architecture', ARCHITECTURES, typed.architecture);
  const optimizer = find('optimizer', OPTIMIZERS, typed.optimizer ?? OPTIMIZERS[0]!.id);
  const fitting = dataOf(architecture);
  const data = find('data set', DATA_SETS, typed.data ?? fitting[0]!);
  if (!fitting.includes(data.id))
    throw new ChoiceError(
      `${data.label} does not fit the architecture ${architecture.label}. Choose one of its data sets: ${fitting.join(', ')}`,
    );
  return { architecture: architecture.id, data: data.id, optimizer: optimizer.id };
}

/** An impossible choice. The message lists the possible ones. */
export class ChoiceError extends Error {
  override name = 'ChoiceError';
}

const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '');

function find<C extends Choice<string>>(what: string, choices: readonly C[], typed: string): C {
  const found = choices.find(({ id, label }) => [id, plain(label)].includes(plain(typed)));
  if (found) return found;
  const ids = choices.map(({ id }) => id);
  throw new ChoiceError(`there is no ${what} "${typed}"${didYouMean(typed, ids)}. There are: ${ids.join(', ')}`);
}

/** ` (did you mean "adam"?)` if the typed text resembles one of the names, else an empty text. */
export function didYouMean(typed: string, names: readonly string[]): string {
  const near = names
    .map((name) => ({ name, distance: editDistance(plain(typed), plain(name)) }))
    .filter(({ name, distance }) => distance <= name.length / 2)
    .sort((a, b) => a.distance - b.distance)[0];
  return near ? ` (did you mean "${near.name}"?)` : '';
}

/** Levenshtein distance: the number of letters to insert, delete or replace. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + Number(a[i - 1] !== b[j - 1])));
    row = next;
  }
  return row[b.length]!;
}
