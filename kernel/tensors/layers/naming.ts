// Errors of TensorFlow.js that say what is wrong, but not in which function.

/** Its texts about tensors that do not fit a model. */
const OF_DATA =
  /^(Error when checking|Expected tensor to be at least|Batch size|Input Tensors should|input expected a batch|The length of)/;

/** Puts the function's name before the text of an error about its data. */
export function naming(where: string, error: unknown): unknown {
  if (error instanceof Error && OF_DATA.test(error.message)) error.message = `${where}: ${error.message}`;
  return error;
}

/** Calls a function, and names in its errors about data what was called. */
export function namingIn<T>(where: string, call: () => T): T {
  try {
    const result = call();
    if (!(result instanceof Promise)) return result;
    return result.catch((e: unknown) => {
      throw naming(where, e);
    }) as T;
  } catch (e) {
    throw naming(where, e);
  }
}
