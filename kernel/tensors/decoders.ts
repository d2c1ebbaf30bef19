// The libraries that decode images, by their names: a bundle of its own (dist/decoders.js), loaded at the first image.
export * as 'fast-png' from 'fast-png';
export * as 'jpeg-js' from 'jpeg-js';
