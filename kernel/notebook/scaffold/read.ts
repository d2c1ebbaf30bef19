// Reads a choice as somebody has typed it, and says what there is where it cannot be made.
import { ARCHITECTURES, DATA_SETS, dataOf, OPTIMIZERS, type Choice, type ModelChoice } from './choices.ts';

/** A choice as somebody may type it: `LeNet-5` for `lenet5`. Without a data set or an optimiser, the usual one is taken. */
export interface TypedChoice {
  architecture: string;
  data?: string | undefined;
  optimizer?: string | undefined;
}

/**
 * Reads a choice.
 * @throws ChoiceError that names what there is, for a part that is not known or does not fit
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

/** A choice that cannot be made; the message says what can. */
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

/** ` (did you mean "adam"?)` where one of the names is near to what was typed, else nothing. */
export function didYouMean(typed: string, names: readonly string[]): string {
  const near = names
    .map((name) => ({ name, distance: editDistance(plain(typed), plain(name)) }))
    .filter(({ name, distance }) => distance <= name.length / 2)
    .sort((a, b) => a.distance - b.distance)[0];
  return near ? ` (did you mean "${near.name}"?)` : '';
}

/** Levenshtein's: how many letters are to be put in, taken out or replaced. */
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
