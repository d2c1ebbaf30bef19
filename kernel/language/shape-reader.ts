// Reads one cell for shapes of tensors, layers and models, in the order in which its code runs. What is not known stays
// silent: nothing is known of a name that is assigned again, of parameters, or of what a function of the user returns.
import { apply, isKnown, type Caller } from './shape-rules.ts';
import { applyLayer, LAYERS, modelOf, misfitOfInput, misfitOfLabels, outputOf, sequence } from './layer-rules.ts';
import type { Argument, Known, Layer, Model, Options, Result, Shape } from './known.ts';
import { boundNames, type Node } from './scopes.ts';
import {
  childrenOf,
  declaredBy,
  isFunction,
  isName,
  isNode,
  isWrapped,
  moduleOf,
  partOf,
  returns,
  type Around,
} from './shape-names.ts';

/** A part of a cell's text. */
interface Place {
  start: number;
  end: number;
}
/** A call whose shapes cannot fit. */
export interface Misfit extends Place {
  message: string;
}
/** A name whose shape is known. Sizes that are not known are null. */
export interface KnownShape extends Place {
  shape: Shape;
  /** What a model or a layer takes. */
  from?: Shape | undefined;
}

/** What was found in a cell. */
export interface CellShapes {
  misfits: readonly Misfit[];
  shapes: readonly KnownShape[];
}

/** Methods of models that leave their layers as they are. */
const HARMLESS = new Set([
  ...['compile', 'fit', 'fitDataset', 'trainOnBatch', 'evaluate', 'evaluateDataset', 'predict', 'predictOnBatch'],
  ...['apply', 'summary', 'save', 'getWeights', 'setWeights', 'loadWeights', 'getLayer', 'countParams', 'dispose'],
]);

interface Scope {
  names: Map<string, Known>;
  /** Which run of code it belongs to: another one in each function, branch and loop. */
  run: number;
}

/** What is known of an expression that is called. */
interface Callee {
  object: Known;
  /** The name of the function. */
  name: string;
  /** Where that name stands. */
  place: Node;
  /** The object's own name, if it is one. */
  owner?: string | undefined;
}

/**
 * Reads a cell.
 * @param outer what is known of names when the cell begins
 */
export class ShapeReader implements CellShapes {
  readonly misfits: Misfit[] = [];
  readonly shapes: KnownShape[] = [];
  /** What is known of the names that the cell declares or changes at its top. */
  readonly own = new Map<string, Known>();
  /** The names that were looked up. */
  readonly uses = new Set<string>();
  private scopes: Scope[] = [{ names: this.own, run: 0 }];
  private runs = 0;
  private run = 0;
  /** Within how many functions, and blocks of `try`, the code is. */
  private functions = 0;
  private tries = 0;

  constructor(
    private readonly cell: string,
    private readonly outer: ReadonlyMap<string, Known>,
    private readonly around: Around,
  ) {}

  /** @throws RangeError if the code is nested too deeply */
  read(root: Node): this {
    if (root.type === 'Program') this.block(root['body'] as Node[]);
    else this.visit(root);
    return this;
  }

  private block(statements: readonly Node[]): void {
    // Functions and classes are known before the first statement, and may hide a name from outside
    for (const statement of statements)
      if (/^(Function|Class|TSEnum|TSModule)Declaration$/.test(statement.type))
        for (const name of declaredBy(statement)) this.set(name, undefined);
    for (const statement of statements) this.visit(statement);
  }

  private set(name: string, known: Known): void {
    this.scopes.at(-1)!.names.set(name, known);
  }

  private within<T>(read: () => T, names: readonly string[] = []): T {
    this.scopes.push({ names: new Map(names.map((name) => [name, undefined])), run: this.run });
    try {
      return read();
    } finally {
      this.scopes.pop();
    }
  }

  /** Reads code that may run never, or more than once. */
  private apart(read: () => void): void {
    const before = this.run;
    this.run = ++this.runs;
    read();
    this.run = before;
  }

  /** Reads code whose errors are caught, or wanted. */
  private trying(isTried: boolean, read: () => void): void {
    if (isTried) this.tries++;
    read();
    if (isTried) this.tries--;
  }

  private lookUp(name: string): Known {
    this.uses.add(name);
    if (this.around.isAssigned(name)) return undefined;
    const scope = this.scopes.findLast(({ names }) => names.has(name));
    if (scope && scope.names !== this.own) return scope.names.get(name);
    // A function may run after a later cell has declared the name again
    if (this.functions > 0 && this.around.isAgain(name)) return undefined;
    return scope ? this.own.get(name) : this.outer.get(name);
  }

  /** Changes what is known of a name, where it is declared. */
  private rebind(name: string, known: Known): void {
    const scope = this.scopes.findLast(({ names }) => names.has(name)) ?? this.scopes[0]!;
    scope.names.set(name, scope.run === this.run ? known : undefined);
  }

  private visit(node: Node): void {
    switch (node.type) {
      case 'ImportDeclaration':
        return this.imports(node);
      case 'VariableDeclaration':
        for (const declarator of node['declarations'] as Node[]) this.declare(declarator);
        return;
      case 'ExpressionStatement': {
        // The value of the cell is shown
        const expression = node['expression'] as Node;
        return void (isName(expression) ? this.named(expression) : this.value(expression));
      }
      case 'BlockStatement':
      case 'StaticBlock':
        return this.within(() => this.block(node['body'] as Node[]));
      case 'IfStatement':
      case 'ConditionalExpression':
      case 'LogicalExpression': {
        const [first, ...others] = childrenOf(node);
        this.visit(first!);
        for (const other of others) this.apart(() => this.visit(other));
        return;
      }
      case 'TryStatement': {
        const isCaught = isNode(node['handler']);
        this.apart(() => this.trying(isCaught, () => this.visit(node['block'] as Node)));
        for (const part of [node['handler'], node['finalizer']]) if (isNode(part)) this.apart(() => this.visit(part));
        return;
      }
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement':
      case 'WhileStatement':
      case 'DoWhileStatement':
      case 'CatchClause':
      case 'SwitchStatement':
      case 'ClassDeclaration':
      case 'ClassExpression': {
        const names = boundNames((node['param'] ?? node['id']) as Node | undefined);
        return this.apart(() => this.within(() => this.children(node), names));
      }
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
      case 'ObjectMethod':
      case 'ClassMethod':
      case 'ClassPrivateMethod': {
        if (node['computed']) this.visit(node['key'] as Node);
        const names = [...(node['params'] as Node[]).flatMap(boundNames), ...boundNames(node['id'] as Node | null)];
        this.functions++;
        const parts = [...(node['params'] as Node[]), node['body'] as Node];
        this.apart(() => this.within(() => parts.forEach((part) => this.visit(part)), names));
        this.functions--;
        return;
      }
      case 'ObjectProperty':
      case 'ClassProperty':
      case 'ClassPrivateProperty':
      case 'ClassAccessorProperty':
        if (node['computed']) this.visit(node['key'] as Node);
        if (isNode(node['value'])) this.visit(node['value']);
        return;
      case 'OptionalMemberExpression':
        this.visit(node['object'] as Node);
        if (node['computed']) this.visit(node['property'] as Node);
        return;
      case 'CallExpression':
      case 'Identifier':
      case 'MemberExpression':
      case 'UnaryExpression':
      case 'BinaryExpression':
      case 'AwaitExpression':
        return void this.value(node);
      case 'LabeledStatement':
        return this.apart(() => this.visit(node['body'] as Node));
      case 'ExportSpecifier':
        return this.visit(node['local'] as Node);
      case 'BreakStatement':
      case 'ContinueStatement':
      case 'MetaProperty':
        return;
      default:
        if (isWrapped(node)) return void this.value(node);
        // Types have no values
        if (!node.type.startsWith('TS')) this.children(node);
    }
  }

  private children(node: Node): void {
    for (const child of childrenOf(node)) this.visit(child);
  }

  private declare(declarator: Node): void {
    const id = declarator['id'] as Node;
    const init = declarator['init'];
    const known = isNode(init) ? this.value(init) : undefined;
    for (const name of boundNames(id)) this.set(name, undefined);
    if (isName(id)) {
      this.set(id.name, known);
      this.tell(id, known);
    } else if (id.type === 'ArrayPattern' && known?.is === 'sizes') {
      (id['elements'] as (Node | null)[]).forEach((element, i) => {
        const size = known.sizes[i];
        if (isName(element) && typeof size === 'number') this.set(element.name, { is: 'number', value: size });
      });
    }
  }

  private imports(node: Node): void {
    const { value: from } = node['source'] as unknown as { value: string };
    const module = moduleOf(from);
    for (const specifier of node['specifiers'] as Node[]) {
      const { name } = specifier['local'] as unknown as { name: string };
      const imported = specifier['imported'] as { name?: string } | undefined;
      const isWhole = specifier.type === 'ImportNamespaceSpecifier' || module?.is === 'dlnb';
      this.set(
        name,
        isWhole || !module ? module : imported?.name === undefined ? undefined : partOf(module, imported.name),
      );
    }
  }

  /** Remembers what a hover on a name says. */
  private tell(name: Node & { name?: string }, known: Known): void {
    const [start, end] = [name.start, name.start + (name.name?.length ?? 0)];
    if (known?.is === 'tensor' || known?.is === 'symbol') this.shapes.push({ start, end, shape: known.shape });
    if (known?.is === 'model' && known.model.output)
      this.shapes.push({ start, end, shape: known.model.output, from: known.model.input });
  }

  private complain(start: number, end: number, message: string | undefined): void {
    if (message !== undefined && this.tries === 0) this.misfits.push({ start, end, message });
  }

  /** What is known of a name, where it is not given away. */
  private named(node: Node & { name: string }): Known {
    const known = this.lookUp(node.name);
    this.tell(node, known);
    return known;
  }

  /** What is known of an expression whose members are used. */
  private object(node: Node): Known {
    if (isWrapped(node)) return this.object(node['expression'] as Node);
    return isName(node) ? this.named(node) : this.value(node);
  }

  /** What is known of an expression; everything in it is looked at once. */
  private value(node: Node): Known {
    if (isWrapped(node)) return this.value(node['expression'] as Node);
    switch (node.type) {
      case 'NumericLiteral':
        return { is: 'number', value: node['value'] as number };
      case 'UnaryExpression': {
        const of = this.value(node['argument'] as Node);
        return node['operator'] === '-' && of?.is === 'number' ? { is: 'number', value: -of.value } : undefined;
      }
      case 'BinaryExpression':
        return calculated(node, this.value(node['left'] as Node), this.value(node['right'] as Node));
      case 'Identifier': {
        const { name } = node as Node & { name: string };
        const known = this.named(node as Node & { name: string });
        // Who has the model may add to it
        if (known?.is === 'model') this.rebind(name, undefined);
        return known;
      }
      case 'MemberExpression':
        return this.member(node);
      case 'AwaitExpression': {
        const inner = node['argument'] as Node;
        if (inner.type === 'ImportExpression' || (inner['callee'] as Node | undefined)?.type === 'Import') {
          const source = (inner['source'] ?? (inner['arguments'] as Node[])[0]) as Node & { value?: unknown };
          if (typeof source.value === 'string') return moduleOf(source.value);
        }
        this.visit(inner);
        return undefined;
      }
      case 'CallExpression':
        return this.call(node);
      default:
        this.visit(node);
        return undefined;
    }
  }

  private member(node: Node): Known {
    const object = this.object(node['object'] as Node);
    const property = node['property'] as Node;
    if (node['computed']) {
      const index = this.value(property);
      if (object?.is !== 'sizes' || index?.is !== 'number') return undefined;
      const size = object.sizes[index.value];
      return typeof size === 'number' ? { is: 'number', value: size } : undefined;
    }
    const name = isName(property) ? property.name : '';
    if (object?.is === 'library') return partOf(object, name);
    if (object?.is === 'dlnb') return object;
    if (object?.is === 'sizes') return name === 'length' ? { is: 'number', value: object.sizes.length } : undefined;
    if (object?.is !== 'tensor') return undefined;
    if (name === 'shape') return { is: 'sizes', sizes: object.shape };
    return name === 'rank' ? { is: 'number', value: object.shape.length } : undefined;
  }

  private callee(node: Node): Callee {
    if (node.type === 'MemberExpression' && !node['computed']) {
      const property = node['property'] as Node;
      const of = node['object'] as Node;
      const object = this.object(of);
      return {
        object,
        name: isName(property) ? property.name : '',
        place: property,
        owner: isName(of) ? of.name : undefined,
      };
    }
    if (!isName(node)) {
      this.visit(node);
      return { object: undefined, name: '', place: node };
    }
    const known = this.lookUp(node.name);
    if (known?.is === 'function') return { object: { is: 'library', part: known.part }, name: known.name, place: node };
    return { object: known?.is === 'dlnb' ? known : undefined, name: node.name, place: node };
  }

  private call(node: Node): Known {
    const callee = node['callee'] as Node;
    const args = node['arguments'] as Node[];
    // `promise.catch(…)`
    const isCaught = isName(callee['property']) && callee['property'].name === 'catch';
    let found!: Callee;
    this.trying(isCaught, () => (found = this.callee(callee)));
    const { object, name } = found;
    const isWhole = !args.some(({ type }) => type === 'SpreadElement');
    if (isWhole && object?.is === 'library') {
      const known = this.libraryCall(node, object.part, found, args);
      if (known !== 'other') return known;
    }
    if (isWhole && object?.is === 'tensor' && isKnown('tensor', name))
      return this.op(node, found, 'tensor', [{ tensor: object.shape }, ...this.all(args)]);
    if (isWhole && object?.is === 'layer' && name === 'apply') return this.apply(node, found, object.layer, args);
    if (object?.is === 'model') return this.modelCall(node, found, object.model, args);
    // `assert.throws(() => tf.matMul(a, b))`, `expect(() => …).toThrow()`
    const isWanted = /throw|reject|^expect$/i.test(name);
    const isSafe = object?.is === 'dlnb' || object?.is === 'library' || /^(display|console)$/.test(found.owner ?? name);
    this.trying(isWanted, () => {
      for (const arg of args) void (isSafe ? this.object(arg) : this.value(arg));
    });
    return undefined;
  }

  private all(args: readonly Node[]): Argument[] {
    return args.map((arg) => this.argument(arg));
  }

  /** A call of a function of TensorFlow.js, if it is one that is known here. */
  private libraryCall(node: Node, part: string, { name, place }: Callee, args: readonly Node[]): Known | 'other' {
    if (part === 'layers' && name === 'input') part = '';
    if (part === 'layers') {
      const [options] = this.all(args);
      if (!LAYERS.has(name)) return undefined;
      const at = { cell: this.cell, start: place.start, end: node.end, nameEnd: place.start + name.length };
      return { is: 'layer', layer: { name, options: options ? options.options : {}, isShared: false, at } };
    }
    if (part === 'image' && isKnown('image', name)) return this.op(node, { name, place }, 'image', this.all(args));
    if (part !== '') return 'other';
    if (isKnown('tf', name)) return this.op(node, { name, place }, 'tf', this.all(args));
    switch (name) {
      case 'tidy':
        return args.length === 1 && isFunction(args[0]!) ? this.result(args[0]!) : 'other';
      case 'keep': {
        const [known] = args.map((arg) => this.value(arg));
        return known?.is === 'tensor' ? known : undefined;
      }
      case 'input': {
        const shape = inputOf(this.all(args)[0]?.options);
        const known: Known = shape && { is: 'symbol', shape };
        if (known) this.shapes.push({ start: place.start, end: place.start + name.length, shape: known.shape });
        return known;
      }
      case 'sequential': {
        const [options] = this.all(args);
        if (options && !options.options) return undefined;
        const list = options?.options?.['layers'];
        if (list && !list.list) return undefined;
        return {
          is: 'model',
          model: this.chain({ isEmpty: true, input: undefined, output: undefined }, list?.list ?? []),
        };
      }
      case 'model': {
        const model = modelOf(this.all(args)[0]?.options);
        return model && { is: 'model', model };
      }
      default:
        return 'other';
    }
  }

  private op(node: Node, { name, place }: Pick<Callee, 'name' | 'place'>, caller: Caller, given: Argument[]): Known {
    return this.tensor(node, place, apply(caller, name, given));
  }

  /** Tells what a call gives. */
  private tensor(node: Node, place: Node, result: Result | undefined): Known {
    this.complain(place.start, node.end, result?.misfit);
    if (!result?.shape) return undefined;
    const known: Known = { is: 'tensor', shape: result.shape };
    this.tell(place, known);
    return known;
  }

  /** Adds layers to a model. */
  private chain(model: Model, layers: readonly Argument[]): Model {
    for (const { layer, model: inner } of layers) {
      const { misfit, ...next } = sequence(model, layer, inner);
      if (layer && layer.at.cell === this.cell) {
        const { start, end, nameEnd } = layer.at;
        this.complain(start, end, misfit);
        if (next.output) this.shapes.push({ start, end: nameEnd, shape: next.output, from: model.output });
      }
      model = next;
    }
    return model;
  }

  /** `layer.apply(x)`. */
  private apply(node: Node, { place }: Callee, layer: Layer, args: readonly Node[]): Known {
    const [x] = this.all(args);
    const result = x && applyLayer(layer, x);
    this.complain(place.start, node.end, result?.misfit);
    if (!result?.shape) return undefined;
    const isSymbolic = x!.symbol !== undefined || x!.list?.some(({ symbol }) => symbol !== undefined) === true;
    const known: Known = { is: isSymbolic ? 'symbol' : 'tensor', shape: result.shape };
    this.tell(place, known);
    if (layer.at.cell === this.cell && layer.at.end <= place.start && layer.at.start >= node.start)
      this.shapes.push({ start: layer.at.start, end: layer.at.nameEnd, shape: result.shape });
    return known;
  }

  private modelCall(node: Node, callee: Callee, model: Model, args: readonly Node[]): Known {
    const { name, place, owner } = callee;
    const given = this.all(args);
    const isWhole = !args.some(({ type }) => type === 'SpreadElement');
    if (name === 'add' && isWhole) {
      if (owner !== undefined) this.rebind(owner, { is: 'model', model: this.chain(model, given) });
      return undefined;
    }
    if (!HARMLESS.has(name)) {
      if (owner !== undefined) this.rebind(owner, undefined);
      return undefined;
    }
    if (!isWhole || !/^(predict|apply|predictOnBatch|fit|evaluate|trainOnBatch)$/.test(name)) return undefined;
    const [x, y] = given;
    const misfit = x && misfitOfInput(name, model, x);
    if (misfit !== undefined) {
      this.complain(place.start, node.end, misfit);
      return undefined;
    }
    if (/^(fit|evaluate|trainOnBatch)$/.test(name)) {
      this.complain(place.start, node.end, y && misfitOfLabels(name, model, y));
      return undefined;
    }
    const shape = x && outputOf(model, x);
    if (name === 'apply' && x?.symbol) return shape && { is: 'symbol', shape };
    return shape && this.tensor(node, place, { shape });
  }

  /** What a function returns that runs at once. */
  private result(node: Node): Known {
    const body = node['body'] as Node;
    const names = [...(node['params'] as Node[]).flatMap(boundNames), ...boundNames(node['id'] as Node | null)];
    if (body.type !== 'BlockStatement') return this.within(() => this.value(body), names);
    const statements = body['body'] as Node[];
    const last = statements.at(-1);
    const returned = last?.type === 'ReturnStatement' && isNode(last['argument']) ? last['argument'] : undefined;
    if (!returned || statements.slice(0, -1).some(returns)) {
      this.within(() => this.block(statements), names);
      return undefined;
    }
    return this.within(() => {
      this.block(statements.slice(0, -1));
      return this.value(returned);
    }, names);
  }

  private argument(node: Node): Argument {
    switch (node.type) {
      case 'ArrayExpression': {
        const elements = node['elements'] as (Node | null)[];
        if (elements.every((e) => e && e.type !== 'SpreadElement'))
          return { list: elements.map((e) => this.argument(e!)) };
        this.children(node);
        return {};
      }
      case 'ObjectExpression': {
        const properties = node['properties'] as Node[];
        const options: Record<string, Argument> = {};
        let isWhole = true;
        for (const property of properties) {
          const key = property['key'] as (Node & { name?: string; value?: unknown }) | undefined;
          const name = isName(key) ? key.name : typeof key?.value === 'string' ? key.value : undefined;
          if (property.type === 'ObjectProperty' && !property['computed'] && name !== undefined)
            options[name] = this.argument(property['value'] as Node);
          else {
            this.visit(property);
            isWhole = false;
          }
        }
        return isWhole ? { options } : {};
      }
      case 'BooleanLiteral':
      case 'StringLiteral':
        return { constant: node['value'] as boolean | string };
      case 'NullLiteral':
        return { isAbsent: true };
      case 'Identifier':
        if (node['name'] === 'undefined') return { constant: undefined, isAbsent: true };
    }
    const known = this.value(node);
    const argument = argumentOf(known);
    return argument.layer && node.type === 'Identifier' ? { layer: { ...argument.layer, isShared: true } } : argument;
  }
}

function argumentOf(known: Known): Argument {
  switch (known?.is) {
    case 'number':
      return { number: known.value };
    case 'tensor':
      return { tensor: known.shape };
    case 'symbol':
      return { symbol: known.shape };
    case 'sizes':
      return { list: known.sizes.map((number) => (number === null ? {} : { number })) };
    case 'layer':
      return { layer: known.layer };
    case 'model':
      return { model: known.model };
    default:
      return {};
  }
}

/** The shape of `tf.input({ shape: [3] })`, with the axis of the batch. */
function inputOf(options: Options | undefined): Shape | undefined {
  const shape = options?.['shape']?.list;
  const whole = options?.['batchShape']?.list;
  const read = (list: readonly Argument[]) => list.map(({ number }) => number ?? null);
  return whole ? read(whole) : shape && [null, ...read(shape)];
}

function calculated(node: Node, a: Known, b: Known): Known {
  if (a?.is !== 'number' || b?.is !== 'number') return undefined;
  const [x, y] = [a.value, b.value];
  const value = { '+': x + y, '-': x - y, '*': x * y, '/': x / y, '%': x % y, '**': x ** y }[
    node['operator'] as string
  ];
  return value === undefined ? undefined : { is: 'number', value };
}
