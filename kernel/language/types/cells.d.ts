// The globals of cells that are not of the language and not of Node.js.

/**
 * Shows a value under the cell. With an id, a later call with the same id replaces it in place.
 * Outputs appear in the order of the calls; await the promise only to know that the value has been sent.
 */
declare var display: typeof import('dlnb').display;

/**
 * Asks for a text in an input box and waits for the answer.
 * @returns the text; null if there was none
 */
declare function prompt(message?: string, value?: string): string | null;

/** Asks a question in a box and waits for the answer: yes or no. */
declare function confirm(message?: string): boolean;

/** Shows a message in a box and waits until it is closed. */
declare function alert(message?: unknown): void;
