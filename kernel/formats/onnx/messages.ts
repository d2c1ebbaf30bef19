// The messages of ONNX files (Protocol Buffers), read and written by the library pbf: models, graphs, nodes, tensors.
// Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
import { PbfReader, PbfWriter } from 'pbf';

/** The numbers of types of tensors. */
export const TYPES = {
  float: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  double: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
} as const;

export interface OnnxTensor {
  name: string;
  /** One of {@link TYPES}. */
  type: number;
  dims: number[];
  /** Little-endian, row by row; absent if the numbers are in a list of their type. */
  raw?: Uint8Array;
  floats?: number[];
  ints?: number[];
  /** Where the bytes are, beside the file: `location`, `offset`, `length`. */
  external?: Map<string, string>;
}

/** What an attribute of a node is. */
export type OnnxValue =
  | { float: number }
  | { int: number }
  | { text: string }
  | { floats: number[] }
  | { ints: number[] }
  | { texts: string[] }
  | { tensor: OnnxTensor }
  | { other: number };

export interface OnnxNode {
  op: string;
  domain: string;
  name: string;
  /** '' stands for an input or output that is left out. */
  inputs: string[];
  outputs: string[];
  attributes: Map<string, OnnxValue>;
}

/** An input or output of a graph; of an axis of any size, `null` or a name. Without `dims` its shape is any. */
export interface OnnxPort {
  name: string;
  type: number;
  dims: (number | string | null)[] | undefined;
}

export interface OnnxModel {
  opset: number;
  producer: string;
  graph: string;
  nodes: OnnxNode[];
  initializers: OnnxTensor[];
  inputs: OnnxPort[];
  outputs: OnnxPort[];
  metadata: Map<string, string>;
}

const IR_VERSION = 8;

/** The bytes of a file. */
export function writeModel(model: OnnxModel): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeVarintField(1, IR_VERSION);
  pbf.writeStringField(2, model.producer);
  pbf.writeMessage(7, writeGraph, model);
  pbf.writeMessage(8, (version: number, out) => out.writeVarintField(2, version), model.opset);
  for (const [key, value] of model.metadata) pbf.writeMessage(14, writeEntry, { key, value });
  return pbf.finish();
}

function writeEntry({ key, value }: { key: string; value: string }, pbf: PbfWriter): void {
  pbf.writeStringField(1, key);
  pbf.writeStringField(2, value);
}

function writeGraph({ nodes, graph, initializers, inputs, outputs }: OnnxModel, pbf: PbfWriter): void {
  for (const node of nodes) pbf.writeMessage(1, writeNode, node);
  pbf.writeStringField(2, graph);
  for (const tensor of initializers) pbf.writeMessage(5, writeTensor, tensor);
  for (const port of inputs) pbf.writeMessage(11, writePort, port);
  for (const port of outputs) pbf.writeMessage(12, writePort, port);
}

function writeNode(node: OnnxNode, pbf: PbfWriter): void {
  for (const name of node.inputs) pbf.writeStringField(1, name);
  for (const name of node.outputs) pbf.writeStringField(2, name);
  pbf.writeStringField(3, node.name);
  pbf.writeStringField(4, node.op);
  for (const [name, value] of node.attributes) pbf.writeMessage(5, writeAttribute, { name, value });
}

function writeAttribute({ name, value }: { name: string; value: OnnxValue }, pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  const type = (n: number) => pbf.writeVarintField(20, n);
  if ('float' in value) {
    pbf.writeFloatField(2, value.float);
    type(1);
  } else if ('int' in value) {
    pbf.writeVarintField(3, value.int);
    type(2);
  } else if ('text' in value) {
    pbf.writeStringField(4, value.text);
    type(3);
  } else if ('tensor' in value) {
    pbf.writeMessage(5, writeTensor, value.tensor);
    type(4);
  } else if ('floats' in value) {
    for (const v of value.floats) pbf.writeFloatField(7, v);
    type(6);
  } else if ('ints' in value) {
    for (const v of value.ints) pbf.writeVarintField(8, v);
    type(7);
  } else if ('texts' in value) {
    for (const v of value.texts) pbf.writeStringField(9, v);
    type(8);
  }
}

function writeTensor({ name, type, dims, raw }: OnnxTensor, pbf: PbfWriter): void {
  for (const n of dims) pbf.writeVarintField(1, n);
  pbf.writeVarintField(2, type);
  pbf.writeStringField(8, name);
  pbf.writeBytesField(9, raw ?? new Uint8Array());
}

function writePort({ name, type, dims }: OnnxPort, pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  const dim = (n: number | string | null, out: PbfWriter) => {
    if (typeof n === 'number') out.writeVarintField(1, n);
    else if (n !== null) out.writeStringField(2, n);
  };
  const shape = (_: undefined, out: PbfWriter) => dims?.forEach((n) => out.writeMessage(1, dim, n));
  const tensor = (_: undefined, out: PbfWriter) => {
    out.writeVarintField(1, type);
    if (dims) out.writeMessage(2, shape, undefined);
  };
  pbf.writeMessage(2, (_: undefined, out: PbfWriter) => out.writeMessage(1, tensor, undefined), undefined);
}

/** The model in a file's bytes. @throws Error if they are no such messages */
export function readModel(bytes: Uint8Array): OnnxModel {
  const model: OnnxModel = { opset: 0, producer: '', graph: '', nodes: [], initializers: [], inputs: [], outputs: [], metadata: new Map() }; // prettier-ignore
  const graphs = { count: 0 };
  new PbfReader(bytes).readFields((tag, result: OnnxModel, pbf) => {
    if (tag === 2) result.producer = pbf.readString();
    else if (tag === 7) {
      graphs.count++;
      pbf.readMessage(readGraph, result);
    } else if (tag === 8) {
      const { domain, version } = pbf.readMessage(readOpset, { domain: '', version: 0 });
      if (domain === '' || domain === 'ai.onnx') result.opset = version;
    }
  }, model);
  if (graphs.count === 0 || model.opset === 0) throw new Error('it has no graph, or no version of its operators');
  return model;
}

const readOpset = (tag: number, result: { domain: string; version: number }, pbf: PbfReader) => {
  if (tag === 1) result.domain = pbf.readString();
  else if (tag === 2) result.version = pbf.readVarint();
};

const readGraph = (tag: number, result: OnnxModel, pbf: PbfReader) => {
  if (tag === 1)
    result.nodes.push(pbf.readMessage(readNode, { op: '', domain: '', name: '', inputs: [], outputs: [], attributes: new Map() } as OnnxNode)); // prettier-ignore
  else if (tag === 2) result.graph = pbf.readString();
  else if (tag === 5) result.initializers.push(pbf.readMessage(readTensor, emptyTensor()));
  else if (tag === 11)
    result.inputs.push(pbf.readMessage(readPort, { name: '', type: 0, dims: undefined } as OnnxPort));
  else if (tag === 12)
    result.outputs.push(pbf.readMessage(readPort, { name: '', type: 0, dims: undefined } as OnnxPort));
};

const emptyTensor = (): OnnxTensor => ({ name: '', type: 0, dims: [] });

const readNode = (tag: number, node: OnnxNode, pbf: PbfReader) => {
  if (tag === 1) node.inputs.push(pbf.readString());
  else if (tag === 2) node.outputs.push(pbf.readString());
  else if (tag === 3) node.name = pbf.readString();
  else if (tag === 4) node.op = pbf.readString();
  else if (tag === 7) node.domain = pbf.readString();
  else if (tag === 5) {
    const fields: Fields = { name: '', type: 0, float: 0, int: 0, text: '', floats: [], ints: [], texts: [] };
    pbf.readMessage(readAttribute, fields);
    node.attributes.set(fields.name, valueOf(fields));
  }
};

interface Fields {
  name: string;
  type: number;
  float: number;
  int: number;
  text: string;
  tensor?: OnnxTensor;
  floats: number[];
  ints: number[];
  texts: string[];
}

const readAttribute = (tag: number, fields: Fields, pbf: PbfReader) => {
  if (tag === 1) fields.name = pbf.readString();
  else if (tag === 2) fields.float = pbf.readFloat();
  else if (tag === 3) fields.int = pbf.readVarint(true);
  else if (tag === 4) fields.text = pbf.readString();
  else if (tag === 5) fields.tensor = pbf.readMessage(readTensor, emptyTensor());
  else if (tag === 7) pbf.readPackedFloat(fields.floats);
  else if (tag === 8) pbf.readPackedVarint(fields.ints, true);
  else if (tag === 9) fields.texts.push(pbf.readString());
  else if (tag === 20) fields.type = pbf.readVarint();
};

function valueOf({ type, float, int, text, tensor, floats, ints, texts }: Fields): OnnxValue {
  if (type === 1) return { float };
  if (type === 2) return { int };
  if (type === 3) return { text };
  if (type === 4 && tensor) return { tensor };
  if (type === 6) return { floats };
  if (type === 7) return { ints };
  if (type === 8) return { texts };
  return { other: type };
}

const readTensor = (tag: number, tensor: OnnxTensor, pbf: PbfReader) => {
  if (tag === 1) pbf.readPackedVarint(tensor.dims, true);
  else if (tag === 2) tensor.type = pbf.readVarint();
  else if (tag === 4) pbf.readPackedFloat((tensor.floats ??= []));
  else if (tag === 5 || tag === 7) pbf.readPackedVarint((tensor.ints ??= []), true);
  else if (tag === 8) tensor.name = pbf.readString();
  else if (tag === 9) tensor.raw = pbf.readBytes();
  else if (tag === 10) pbf.readPackedDouble((tensor.floats ??= []));
  else if (tag === 11) pbf.readPackedVarint((tensor.ints ??= []));
  else if (tag === 13) {
    const { key, value } = pbf.readMessage(readEntry, { key: '', value: '' });
    (tensor.external ??= new Map()).set(key, value);
  }
};

const readEntry = (tag: number, entry: { key: string; value: string }, pbf: PbfReader) => {
  if (tag === 1) entry.key = pbf.readString();
  else if (tag === 2) entry.value = pbf.readString();
};

const readPort = (tag: number, port: OnnxPort, pbf: PbfReader) => {
  if (tag === 1) port.name = pbf.readString();
  else if (tag === 2)
    pbf.readMessage((inType: number, of: OnnxPort, type: PbfReader) => {
      if (inType === 1) type.readMessage(readTensorType, of);
    }, port);
};

const readTensorType = (tag: number, port: OnnxPort, pbf: PbfReader) => {
  if (tag === 1) port.type = pbf.readVarint();
  else if (tag === 2) {
    port.dims = [];
    pbf.readMessage((inShape: number, of: OnnxPort, shape: PbfReader) => {
      if (inShape !== 1) return;
      const dim = shape.readMessage(readDim, { size: null as number | string | null });
      of.dims!.push(dim.size);
    }, port);
  }
};

const readDim = (tag: number, dim: { size: number | string | null }, pbf: PbfReader) => {
  if (tag === 1) dim.size = pbf.readVarint(true);
  else if (tag === 2) dim.size = pbf.readString();
};
