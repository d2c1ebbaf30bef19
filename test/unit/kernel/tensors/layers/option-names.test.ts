// The listed options of `tf.layers` are those of TensorFlow.js's types, and ours.
import ts from 'typescript';
import path from 'node:path';
import { expect, it } from 'vitest';
import { optionsOf, plainName } from '../../../../../kernel/tensors/layers/option-names.ts';
import { root } from '../../../../paths.ts';

/** Options that TensorFlow.js's types lack, by function. */
const added: Record<string, string[]> = {
  conv1d: ['groups'],
  conv2d: ['groups'],
  conv3d: ['groups'],
  reLU: ['negativeSlope', 'threshold'],
  gaussianNoise: ['seed'],
  gaussianDropout: ['seed'],
  alphaDropout: ['seed'],
  gru: ['resetAfter'],
  averagePooling1d: ['dataFormat'],
  maxPooling1d: ['dataFormat'],
  globalAveragePooling1d: ['dataFormat', 'keepDims'],
  globalMaxPooling1d: ['dataFormat', 'keepDims'],
  globalAveragePooling2d: ['keepDims'],
  globalMaxPooling2d: ['keepDims'],
};
/** Options that are in the types and have no meaning for the layer. */
const without: Record<string, string[]> = {
  depthwiseConv2d: ['kernelInitializer', 'kernelConstraint', 'kernelRegularizer'],
  separableConv2d: ['kernelInitializer', 'kernelConstraint', 'kernelRegularizer'],
};
/** The type of this layer is that of saved models, with their names. */
const byOtherNames = ['spatialDropout1d'];
/** Those of recurrent layers and cells, which the cells save, though the types have them nowhere. */
const ofCells = ['activityRegularizer'];
/** `cell` of layers that make their own. */
const ofBase = ['cell'];

it('has the options of the types', () => {
  const file = path.join(root, 'node_modules/@tensorflow/tfjs-layers/dist/exports_layers.d.ts');
  const program = ts.createProgram([file], { moduleResolution: ts.ModuleResolutionKind.Bundler, skipLibCheck: true });
  const checker = program.getTypeChecker();
  const source = checker.getSymbolAtLocation(program.getSourceFile(file)!)!;
  const differences: string[] = [];
  for (const symbol of checker.getExportsOfModule(source)) {
    const type = checker.getTypeOfSymbol(symbol);
    const parameter = type.getCallSignatures()[0]?.getParameters()[0];
    const options = optionsOf(symbol.name);
    if (!parameter || !options || byOtherNames.includes(symbol.name)) continue;
    const typed = checker
      .getNonNullableType(checker.getTypeOfSymbol(parameter))
      .getProperties()
      .map(({ name }) => name);
    const name = plainName(symbol.name);
    const missing = typed.filter((option) => !options.includes(option) && !without[name]?.includes(option));
    const more = options.filter((option) => !typed.includes(option) && !added[name]?.includes(option));
    for (const option of missing)
      if (!ofBase.includes(option) || name === 'rnn') differences.push(`${name}: ${option} missing`);
    for (const option of more) if (!ofCells.includes(option)) differences.push(`${name}: ${option} added`);
  }
  expect(differences).toEqual([]);
});
