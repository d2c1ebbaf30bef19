// Whether what came from a kernel process is a message of the protocol. A cell can write to the descriptors of its
// process, and what it writes must not end the host.
import type { ControlReply, KernelMessage, OutputEvent } from './protocol.ts';

type Fields = Record<string, unknown>;
type Test = (value: unknown) => boolean;

const isText: Test = (v) => typeof v === 'string';
const isNumber: Test = (v) => typeof v === 'number';
const isObject = (v: unknown): v is Fields => typeof v === 'object' && v !== null;
const has = (tests: Record<string, Test>): Test => {
  const list = Object.entries(tests);
  return (v) => isObject(v) && list.every(([name, test]) => test(v[name]));
};
const listOf =
  (test: Test): Test =>
  (v) =>
    Array.isArray(v) && v.every(test);
const maybe =
  (test: Test): Test =>
  (v) =>
    v === undefined || test(v);

const item: Test = (v) =>
  isObject(v) && isText(v['mime']) && (isText(v['text']) || v['bytes'] instanceof Uint8Array || 'json' in v);
const bundle = listOf(item);
const ofCell = { run: isNumber, cell: isText };

const events: Record<OutputEvent['kind'], Test> = {
  stream: has({
    name: (v) => v === 'stdout' || v === 'stderr',
    text: isText,
    back: maybe(isNumber),
    raw: maybe(isText),
  }),
  display: has({ id: maybe(isText), bundle, picture: maybe(isNumber) }),
  update: has({ id: isText, bundle, picture: maybe(isNumber) }),
  picture: has({ picture: isNumber, item: maybe(item) }),
  error: has({ error: has({ name: isText, message: isText, frames: Array.isArray }), bundle }),
  clear: has({ wait: (v) => typeof v === 'boolean' }),
};

const messages: Record<KernelMessage['type'], Test> = {
  ready: has({ pid: isNumber, node: isText, startMs: isNumber }),
  started: has(ofCell),
  finished: has({ ...ofCell, status: (v) => v === 'ok' || v === 'error' || v === 'interrupted', ms: isNumber }),
  exiting: has({ code: isNumber }),
  answer: has({ request: isNumber, answer: isObject }),
  device: has({
    state: has({ device: isText, detail: isText, refused: listOf(has({ device: isText, reason: isText })) }),
  }),
  training: has({ delta: isObject, text: isText }),
  controls: has({ news: has({ type: isText }) }),
  output: has({ ...ofCell, event: (v) => isObject(v) && isText(v['kind']) && named(events, v['kind'], v) }),
};

/** Runs the test of that name; what has none passes, and is ignored by those who handle it. */
const named = (tests: Record<string, Test>, name: unknown, value: unknown): boolean =>
  !Object.hasOwn(tests, name as string) || tests[name as string]!(value);

/** Whether a value has the form that its type of message has. A type that is not known passes. */
export const isKernelMessage = (value: unknown): value is KernelMessage =>
  isObject(value) && isText(value['type']) && named(messages, value['type'], value);

const replies: Record<ControlReply['type'], Test> = {
  input: has({ ...ofCell, request: isNumber, kind: isText, message: isText, preset: maybe(isText) }),
  inputOver: has({ request: isNumber }),
  inspected: has({ request: isNumber, answer: isObject }),
};

/** The same for the control pipe. */
export const isControlReply = (value: unknown): value is ControlReply =>
  isObject(value) && isText(value['type']) && named(replies, value['type'], value);
