// `node test/signatures.mts`: writes kernel/tensors/calls/signatures.json, the parameters of TensorFlow.js's ops as its
// declarations give them. Run it when there is another version of TensorFlow.js; a test says so.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import type { Parameter, Signatures } from '../kernel/tensors/calls/signature.ts';

const root = join(import.meta.dirname, '..');
const file = join(root, 'kernel/tensors/calls/signatures.json');

/** The functions of `tf` and of its namespaces of ops, such as `tf.image`, by name. */
export function signatures(): Signatures {
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
  const text = "import * as ops from '@tensorflow/tfjs-core/dist/ops/ops';";
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === entry || fileExists.call(host, name);
  host.getSourceFile = (name, language, ...more) =>
    name === entry ? ts.createSourceFile(name, text, language) : getSourceFile.call(host, name, language, ...more);
  const program = ts.createProgram([entry], options, host);
  const checker = program.getTypeChecker();
  const statement = program.getSourceFile(entry)!.statements[0] as ts.ImportDeclaration;
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
  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));

  function add(name: string, type: ts.Type): void {
    const calls = type.getCallSignatures();
    if (calls.length !== 1) return;
    found[name] = calls[0]!.getParameters().map((parameter) => describe(parameter));
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
  function kindsOf(type: ts.Type): Pick<Parameter, 'kinds' | 'choices' | 'fields'> {
    const kinds = new Set<Parameter['kinds'][number]>();
    const choices = new Set<string>();
    let fields: Parameter[] | undefined;
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
        const inner = new Set(elements.flatMap((e) => kindsOf(e).kinds));
        if (inner.has('tensor')) return void kinds.add('tensors');
        if (inner.has('number')) return void kinds.add('numbers');
        if (inner.has('numbers') || inner.has('pairs')) return void kinds.add('pairs');
        return void kinds.add('array');
      }
      if (t.getCallSignatures().length > 0) return void kinds.add('function');
      if (t.flags & ts.TypeFlags.Object && t.getProperties().length > 0 && !t.getStringIndexType()) {
        kinds.add('object');
        fields = t.getProperties().map((p) => ({
          name: p.name,
          ...(p.flags & ts.SymbolFlags.Optional ? { optional: true } : {}),
          ...kindsOf(checker.getTypeOfSymbol(p)),
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
      ...(fields && kinds.has('object') && !isForeign(fields) ? { fields } : {}),
    };
  }

  function isTensor(type: ts.Type): boolean {
    return ['dataId', 'rankType', 'dataSync'].every((name) => type.getProperty(name) !== undefined);
  }

  /** Objects of the browser, with dozens of properties, are not described. */
  function isForeign(fields: Parameter[]): boolean {
    return fields.length > 20;
  }
}

/** The text of the file. */
export const signaturesText = (): string =>
  `{\n${Object.entries(signatures())
    .map(([name, parameters]) => `  ${JSON.stringify(name)}: ${JSON.stringify(parameters)}`)
    .join(',\n')}\n}\n`;

if (process.argv[1] === import.meta.filename) writeFileSync(file, signaturesText());
