// The global object that links scripts with the kernel, and the expression by which names of the notebook are read. V8
// has to hand over variables, which only scripts see: the main thread evaluates the expression between runs, and in the
// middle of code that computes for the thread that reads the control pipe.
import { isName, MAX_NAMES, type InspectAsk } from '../../wire/inspect.ts';

/** The global object whose functions the code of a cell calls. */
export const BRIDGE = '__dlnb';

/**
 * An expression that calls `inspect` of the bridge with a function for each name, which returns its value. The value of
 * the expression is the answer as JSON, or a promise of it.
 * @param now whether the answer is wanted at once, in the middle of other code
 */
export function inspectExpression({ names, keys }: InspectAsk, now: boolean): string {
  const valid = names.slice(0, MAX_NAMES).map(({ name, path = [] }) => ({ name: isName(name) ? name : '', path }));
  const ask: InspectAsk = { names: valid, ...(keys && { keys }) };
  const values = valid.map(({ name }) => (name ? `()=>${name}` : 'null'));
  // A text in the source, whose line separators are escaped by JSON
  return `${BRIDGE}.inspect(${JSON.stringify(JSON.stringify(ask))},${now},[${values.join(',')}])`;
}
