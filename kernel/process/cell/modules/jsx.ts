// Which modules JSX uses, and React's elements as HTML.
import { createRequire } from 'node:module';
import { types } from 'node:util';
import * as runtime from '../../../dlnb/jsx.ts';
import { MarkupValue } from '../../../outputs/html.ts';

/** What JSX is compiled for with React. */
export const REACT_SOURCE = 'react';
const OWN_SOURCE = 'dlnb/jsx';

/** The names under which JSX finds the kernel's own runtime. */
export const jsxModules: Record<string, object> = Object.fromEntries(
  ['dlnb', OWN_SOURCE]
    .flatMap((source) => [`${source}/jsx-runtime`, `${source}/jsx-dev-runtime`])
    .concat(OWN_SOURCE)
    .map((name) => [name, { ...runtime }]),
);

/** The source of JSX's functions: React if it is installed where `from` sees it, else the kernel. */
export function jsxSource(from: string): string {
  try {
    createRequire(from).resolve(`${REACT_SOURCE}/jsx-runtime`);
    return REACT_SOURCE;
  } catch {
    return OWN_SOURCE;
  }
}

const elements = [Symbol.for('react.element'), Symbol.for('react.transitional.element')];

/**
 * A React element as HTML, if `react-dom` is installed; any other value itself.
 * @throws what a component throws
 */
export function drawReact(value: unknown, require: NodeJS.Require): unknown {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return value;
  const type = Object.getOwnPropertyDescriptor(value, '$$typeof')?.value as symbol | undefined;
  if (type === undefined || !elements.includes(type)) return value;
  let server: { renderToStaticMarkup(element: unknown): string };
  try {
    server = require('react-dom/server') as typeof server;
  } catch {
    return value;
  }
  return new MarkupValue('text/html', server.renderToStaticMarkup(value));
}
