// The parser of cells as typed, for the kernel and for the language of cells.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type * as Parser from '@babel/parser';

let parser: typeof Parser | undefined;

/** Loads the parser, once. The built product has it in `parser.js` beside its bundles. */
export function loadParser(): typeof Parser {
  if (!parser) {
    const built = path.join(__dirname, 'parser.js');
    parser = createRequire(built)(existsSync(built) ? built : '@babel/parser') as typeof Parser;
  }
  return parser;
}
