// Vega, Vega-Lite and Vega's interpreter of expressions, as one file that is loaded with the first plot. With the
// interpreter, no text of a plot becomes code.
export { parse, View } from 'vega';
export { compile } from 'vega-lite';
export { expressionInterpreter } from 'vega-interpreter';
