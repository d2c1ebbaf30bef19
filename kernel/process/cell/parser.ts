// Entry of the bundle dist/parser.js: the parser of cells as typed. It is a bundle of its own, so that the kernel loads
// it while it waits for esbuild's process.
export { parse, parseExpression } from '@babel/parser';
