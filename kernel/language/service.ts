// What programs use of this room. It is a bundle of its own, which the command line loads when it is asked about types.
export { Language } from './notebook.ts';
export { findProgram } from './server.ts';
