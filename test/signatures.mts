// `node test/signatures.mts`: writes kernel/tensors/calls/signatures.json, the parameters of TensorFlow.js's ops as its
// declarations give them, and library.json, those of its other functions and of methods. Run it when there is another
// version of TensorFlow.js; a test says so.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import type { Packed, Parameter, Signatures } from '../kernel/tensors/calls/signature.ts';

const root = join(import.meta.dirname, '..');
const file = join(root, 'kernel/tensors/calls/signatures.json');
const libraryFile = join(root, 'kernel/tensors/calls/library.json');

const OPS = "import * as ops from '@tensorflow/tfjs-core/dist/ops/ops';";

/** What is not an op, by the name that it has in messages: a namespace, a function, or a class whose methods count. */
const LIBRARY = `
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import * as core from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import * as data from '@tensorflow/tfjs-data';
import { CallbackConstructorRegistry } from '@tensorflow/tfjs-layers/dist/base_callbacks';
export declare const spaces: {
  train: typeof core.train;
  initializers: typeof tfl.initializers;
  regularizers: typeof tfl.regularizers;
  constraints: typeof tfl.constraints;
  metrics: typeof tfl.metrics;
  callbacks: typeof tfl.callbacks;
  layers: typeof tfl.layers;
  data: typeof data;
  io: typeof core.io;
};
export declare const own: Pick<typeof core, ${[
  'customGrad dispose disposeVariables grad grads keep nextFrame profile setBackend tidy time',
  'valueAndGrad valueAndGrads variableGrads',
]
  .join(' ')
  .split(' ')
  .map((name) => `'${name}'`)
  .join(
    ' | ',
  )}> & Pick<typeof tfl, 'input' | 'loadLayersModel' | 'model' | 'registerCallbackConstructor' | 'sequential'>;
export declare const classes: {
  Tensor: core.Tensor;
  Variable: core.Variable;
  TensorBuffer: core.TensorBuffer<core.Rank>;
  LayersModel: tfl.LayersModel;
  Sequential: tfl.Sequential;
  Layer: ReturnType<typeof tfl.layers.dense>;
  Optimizer: core.Optimizer;
  Dataset: data.Dataset<core.TensorContainer>;
};`;

/** A program of one module that is not on disk. */
function programOf(text: string) {
  const entry = join(root, 'kernel/tensors/calls/signatures-entry.ts');
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    target: ts.ScriptTarget.ESNext,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === entry || fileExists.call(host, name);
  host.getSourceFile = (name, language, ...more) =>
    name === entry ? ts.createSourceFile(name, text, language) : getSourceFile.call(host, name, language, ...more);
  const program = ts.createProgram([entry], options, host);
  const checker = program.getTypeChecker();
  return { checker, source: program.getSourceFile(entry)!, ...describing(checker) };
}

const sorted = (found: Signatures): Signatures =>
  Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));

/** The functions of `tf` and of its namespaces of ops, such as `tf.image`, by name. */
export function signatures(): Signatures {
  const { checker, source, parametersOf } = programOf(OPS);
  const statement = source.statements[0] as ts.ImportDeclaration;
  const found: Signatures = {};
  for (const symbol of checker.getExportsOfModule(checker.getSymbolAtLocation(statement.moduleSpecifier)!)) {
    if (symbol.name.endsWith('_') || symbol.name === 'op' || symbol.name === 'OP_SCOPE_SUFFIX') continue;
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    if (!(target.flags & ts.SymbolFlags.Value)) continue;
    const type = checker.getTypeOfSymbol(target);
    add(symbol.name, type);
    if (type.getCallSignatures().length > 0) continue;
    const members =
      target.flags & ts.SymbolFlags.Module ? checker.getExportsOfModule(target) : [...type.getProperties()];
    for (const member of members) {
      const own = member.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(member) : member;
      add(`${symbol.name}.${member.name}`, checker.getTypeOfSymbol(own));
    }
  }
  // They take what `slice` takes: a number for the first axis, and no size for the rest
  for (const name of ['slice1d', 'slice2d', 'slice3d', 'slice4d']) found[name] = found['slice']!;
  // The only function of tf.math is declared elsewhere
  found['math.confusionMatrix'] = [
    { name: 'labels', kinds: ['tensor'] },
    { name: 'predictions', kinds: ['tensor'] },
    { name: 'numClasses', kinds: ['number'] },
  ];
  return sorted(found);

  function add(name: string, type: ts.Type): void {
    const parameters = parametersOf(type);
    if (parameters) found[name] = parameters;
  }
}

/** The functions of the library that are no ops, and methods, as `Tensor.add`. */
export function librarySignatures(): Signatures {
  const { checker, source, parametersOf } = programOf(LIBRARY);
  const found: Signatures = {};
  const typeOf = (name: string) =>
    checker.getTypeOfSymbol(
      checker.getExportsOfModule(checker.getSymbolAtLocation(source)!).find((symbol) => symbol.name === name)!,
    );
  /** @param of the class whose own methods are wanted, without those that it inherits */
  const addMembers = (prefix: string, type: ts.Type, of?: string): void => {
    for (const member of checker.getPropertiesOfType(type)) {
      const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
      const declaration = member.valueDeclaration;
      if (declaration && ts.getCombinedModifierFlags(declaration) & hidden) continue;
      if (of !== undefined && (declaration?.parent as ts.ClassDeclaration | undefined)?.name?.text !== of) continue;
      const parameters = parametersOf(checker.getTypeOfSymbol(member));
      if (parameters) found[`${prefix}${member.name}`] = parameters;
    }
  };
  addMembers('', typeOf('own'));
  for (const holder of ['spaces', 'classes'])
    for (const space of checker.getPropertiesOfType(typeOf(holder)))
      addMembers(`${space.name}.`, checker.getTypeOfSymbol(space), ...(holder === 'classes' ? [space.name] : []));
  return sorted(found);
}

function describing(checker: ts.TypeChecker) {
  return { parametersOf };

  /** undefined for what is no function, or has several signatures. */
  function parametersOf(type: ts.Type): Parameter[] | undefined {
    const calls = type.getCallSignatures();
    return calls.length === 1 ? calls[0]!.getParameters().map((parameter) => describe(parameter)) : undefined;
  }

  function describe(symbol: ts.Symbol): Parameter {
    const declaration = symbol.valueDeclaration as ts.ParameterDeclaration;
    const type = checker.getTypeOfSymbol(symbol);
    const destructured = ts.isObjectBindingPattern(declaration.name);
    const name = destructured ? 'options' : symbol.name;
    if (declaration.dotDotDotToken) return { name: `...${name}`, kinds: ['any'] };
    const optional = declaration.questionToken !== undefined || declaration.initializer !== undefined;
    // Shapes are an indexed access of type parameters, which is no array
    if (/shape/i.test(name) && kindsOf(type).kinds[0] === 'any')
      return { name, ...(optional ? { optional } : {}), kinds: ['numbers'] };
    return { name, ...(optional ? { optional } : {}), ...kindsOf(type) };
  }

  /** What values of a type are. */
  function kindsOf(type: ts.Type, depth = 0): Pick<Parameter, 'kinds' | 'choices' | 'fields'> {
    const kinds = new Set<Parameter['kinds'][number]>();
    const choices = new Set<string>();
    let fields: Parameter[] | undefined;
    let foreign = false;
    const visit = (t: ts.Type): void => {
      if (t.isUnion()) return t.types.forEach(visit);
      if (t.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Null | ts.TypeFlags.Void)) return;
      if (t.flags & ts.TypeFlags.TypeParameter) {
        const bound = checker.getBaseConstraintOfType(t);
        return bound ? visit(bound) : void kinds.add('any');
      }
      if (t.isStringLiteral()) return void choices.add(t.value);
      if (t.flags & ts.TypeFlags.NumberLike) return void kinds.add('number');
      if (t.flags & ts.TypeFlags.BooleanLike) return void kinds.add('boolean');
      if (t.flags & ts.TypeFlags.String) return void kinds.add('string');
      const name = t.getSymbol()?.name ?? '';
      if (/^(Tensor\d?D?|Scalar|Variable)$/.test(name) || isTensor(t)) return void kinds.add('tensor');
      if (/^(Uint8|Int32|Float32|Uint8Clamped)Array$/.test(name)) return void kinds.add('numbers');
      if (checker.isArrayType(t) || checker.isTupleType(t) || name === 'RecursiveArray') {
        const elements = checker.getTypeArguments(t as ts.TypeReference);
        const inner = new Set(elements.flatMap((e) => kindsOf(e, depth + 1).kinds));
        if (inner.has('tensor')) return void kinds.add('tensors');
        if (inner.has('number')) return void kinds.add('numbers');
        if (inner.has('numbers') || inner.has('pairs')) return void kinds.add('pairs');
        return void kinds.add('array');
      }
      if (t.getCallSignatures().length > 0) return void kinds.add('function');
      if (t.flags & ts.TypeFlags.Object && t.getProperties().length > 0 && !t.getStringIndexType()) {
        kinds.add('object');
        // An object of a class has fields that are not for users
        if (t.isClass() || depth > 1) return;
        foreign ||= isForeign(t);
        fields = t.getProperties().map((p) => ({
          name: p.name,
          ...(p.flags & ts.SymbolFlags.Optional ? { optional: true } : {}),
          ...kindsOf(checker.getTypeOfSymbol(p), depth + 1),
        }));
        return;
      }
      kinds.add('any');
    };
    visit(type);
    // A type that takes numbers, texts and arrays of them besides tensors is TensorLike
    if (
      kinds.has('tensor') ||
      ((kinds.has('numbers') || kinds.has('pairs')) && kinds.has('string') && kinds.has('boolean'))
    )
      return { kinds: ['tensor'] };
    if (kinds.has('any')) return { kinds: ['any'] };
    return {
      kinds: [...kinds].sort(),
      ...(choices.size > 0 ? { choices: [...choices].sort() } : {}),
      ...(fields && kinds.has('object') && !foreign ? { fields } : {}),
    };
  }

  function isTensor(type: ts.Type): boolean {
    return ['dataId', 'rankType', 'dataSync'].every((name) => type.getProperty(name) !== undefined);
  }

  /** Objects of the browser, with dozens of properties, are not described. */
  function isForeign(type: ts.Type): boolean {
    const [declaration] = type.getSymbol()?.declarations ?? [];
    return /typescript\/lib\/|@types\/node/.test(declaration?.getSourceFile().fileName ?? '');
  }
}

/** The text of signatures.json. */
export const signaturesText = (): string => packedText(signatures());
/** The text of library.json. */
export const libraryText = (): string => packedText(librarySignatures());

/** The text of a file: parameters and options of the same name and type stand there once. */
function packedText(signatures: Signatures): string {
  const options: Packed['options'] = {};
  const texts = new Map<string, string>();
  const pack = ({ fields, ...rest }: Parameter): string => {
    const packed = { ...rest, ...(fields && { fields: fields.map(pack) }) };
    const text = JSON.stringify(packed);
    let key = texts.get(text);
    if (key !== undefined) return key;
    key = rest.name;
    for (let n = 2; Object.hasOwn(options, key); n++) key = `${rest.name}#${n}`;
    texts.set(text, key);
    options[key] = packed;
    return key;
  };
  const functions = Object.fromEntries(
    Object.entries(signatures).map(([name, parameters]) => [name, parameters.map(pack)]),
  );
  const lines = (record: object) =>
    Object.entries(record)
      .map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)}`)
      .join(',\n');
  return `{\n  "options": {\n${lines(options)}\n  },\n  "functions": {\n${lines(functions)}\n  }\n}\n`;
}

if (process.argv[1] === import.meta.filename) {
  writeFileSync(file, signaturesText());
  writeFileSync(libraryFile, libraryText());
}
