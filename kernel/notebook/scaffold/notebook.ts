// Makes model notebooks: data, network, training, test, a look inside, and the saved model, for each choice.
import type { Notebook } from '../format/index.ts';
import { code, md, notebookOf, type Draft } from './cells.ts';
import { ARCHITECTURES, DATA_SETS, GOALS, OPTIMIZERS, type Budget, type Choice, type ModelChoice } from './choices.ts';
import { dataCells } from './data-cells.ts';
import { testCells } from './evaluation-cells.ts';
import { insideCells } from './inside-cells.ts';
import { modelCells } from './models/index.ts';
import { saveCells } from './save-cells.ts';
import { trainingCells } from './training-cells.ts';
import { tasksOf } from './try-cells.ts';

/** The default name of the notebook of a choice, without extension: `lenet5-on-digits`. No sample has such a name. */
export const modelName = ({ architecture, data }: ModelChoice): string => `${architecture}-on-${data}`;

/** The folder into which the notebook of that name saves its model. */
export const modelFolder = (name: string): string => `${name}-model`;

/**
 * Makes the notebook of a choice. The same choice and name give the same text.
 * @param name name of the file, without extension
 * @throws RangeError for a choice that `readChoice` does not return
 */
export function modelNotebook(choice: ModelChoice, name = modelName(choice)): Notebook {
  const architecture = byId(ARCHITECTURES, choice.architecture);
  const data = byId(DATA_SETS, choice.data);
  const optimizer = byId(OPTIMIZERS, choice.optimizer);
  const budget = architecture.data[data.id];
  if (!budget) throw new RangeError(`${data.label} does not fit the architecture ${architecture.label}`);
  const usual = Number((architecture.learningRate * optimizer.rate).toPrecision(2));
  const rate = architecture.rates?.[optimizer.id] ?? usual;
  const cells = [
    ...dataCells(data, architecture),
    ...modelCells(architecture, data),
    ...trainingCells(architecture, data, optimizer),
    ...testCells(architecture, data),
    ...insideCells(architecture, data),
    ...saveCells(modelFolder(name)),
  ];
  return notebookOf(name, [
    md(`
      # ${architecture.label} on ${data.label}

      ${architecture.details?.[data.kind] ?? architecture.detail}. Trained with ${optimizer.label}. The notebook runs as it is, with the same results every time. Change the constants below to experiment.
    `),
    constants(budget, rate, GOALS[choice.architecture === 'vae' ? 'table' : data.kind], cells),
    ...cells,
    md(`
      ## Three things to try

      ${tasksOf(architecture.id)
        .map((task, i) => `${i + 1}. ${task}`)
        .join('\n      ')}
    `),
  ]);
}

function byId<C extends Choice<string>>(choices: readonly C[], id: string): C {
  const choice = choices.find((c) => c.id === id);
  if (!choice) throw new RangeError(`there is no "${id}"`);
  return choice;
}

const grouped = (n: number) => (n < 10_000 ? String(n) : n.toLocaleString('en').replaceAll(',', '_'));

/** Names of the module `dlnb` that a notebook may use. */
const NAMES = ['tf', 'check', 'data', 'display', 'explore', 'losses', 'metrics', 'nn', 'optim', 'train', 'viz'];

/** The import, and the constants of the notebook. */
function constants({ examples, epochs, batchSize, goal }: Budget, rate: number, what: string, cells: readonly Draft[]) {
  const source = cells.flatMap((cell) => (cell.kind === 'code' ? [cell.source] : [])).join('\n');
  const used = NAMES.filter((name) => new RegExp(`(?<![\\w.'])${name}[.(]`).test(source));
  return code(`
    import { ${used.join(', ')} } from 'dlnb';

    const seed = 1; // of the data, the weights and the order of the batches
    const examples = ${grouped(examples)};
    const epochs = ${epochs};
    const batchSize = ${batchSize};
    const learningRate = ${rate};
    const goal = ${goal}; // to reach: ${what}
  `);
}
