// Makes model notebooks: data, network, training, test, a look inside, and the saved model, for each choice.
import type { Notebook } from '../format/index.ts';
import { code, md, notebookOf, type Draft } from './cells.ts';
import { ARCHITECTURES, DATA_SETS, OPTIMIZERS, type Budget, type Choice, type ModelChoice } from './choices.ts';
import { dataCells } from './data-cells.ts';
import { insideCells, saveCells, testCells } from './evaluation-cells.ts';
import { modelCells } from './model-cells.ts';
import { trainingCells } from './training-cells.ts';

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
  return notebookOf(name, [
    md(`
      # ${architecture.label} on ${data.label}

      ${architecture.detail}, trained with ${optimizer.label}. The notebook runs as it is, with the same results every time. Change the constants below to experiment.
    `),
    constants(budget, rate, choice.architecture === 'resnet20'),
    ...dataCells(data),
    ...modelCells(architecture, data),
    ...trainingCells(architecture, data, optimizer),
    ...testCells(data),
    ...insideCells(architecture, data),
    ...saveCells(modelFolder(name)),
    md(`
      ## Three things to try

      1. Change \`learningRate\` by a factor of ten in both directions. How do the curves look when it is too large, and when it is too small?
      2. Halve \`examples\` until the curves of training and validation separate. Which of the two gets worse?
      3. Choose another \`seed\`. By how much does the test result change, and what does that say about small differences between two networks?
    `),
  ]);
}

function byId<C extends Choice<string>>(choices: readonly C[], id: string): C {
  const choice = choices.find((c) => c.id === id);
  if (!choice) throw new RangeError(`there is no "${id}"`);
  return choice;
}

const grouped = (n: number) => (n < 10_000 ? String(n) : n.toLocaleString('en').replaceAll(',', '_'));

const constants = ({ examples, epochs, batchSize, goal }: Budget, learningRate: number, residual: boolean): Draft =>
  code(`
    import * as tf from '@tensorflow/tfjs';
    import { check, data, ${residual ? 'display, nn, ' : ''}train, viz } from 'dlnb';

    const seed = 1; // of the data, the weights and the order of the batches
    const examples = ${grouped(examples)};
    const epochs = ${epochs};
    const batchSize = ${batchSize};
    const learningRate = ${learningRate};
    const goal = ${goal}; // test accuracy to reach
  `);
