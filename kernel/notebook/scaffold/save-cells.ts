// The cells of a model notebook that keep the model.
import { code, md, type Draft } from './cells.ts';

/**
 * Saves the model beside the notebook and loads it again.
 * @param folder name of the folder to save into
 */
export const saveCells = (folder: string): Draft[] => [
  md(`
    ## Keep it

    The model becomes two files, \`model.json\` and \`weights.bin\`, in the folder \`${folder}\` beside this notebook. \`tf.loadLayersModel\` loads them, here and in a web page.
  `),
  code(`
    const folder = 'file://./${folder}';
    await model.save(folder);
    const loaded = await tf.loadLayersModel(\`\${folder}/model.json\`);

    const some = test.take(10).tensors().xs;
    check.close(
      loaded.predict(some),
      model.predict(some),
      'the saved model makes the same predictions',
    );
    check.summary();
  `),
];
