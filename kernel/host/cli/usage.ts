// The error of a command that cannot begin: wrong arguments, a missing file, a file that is no notebook. Exit code 2.

export class UsageError extends Error {
  override name = 'UsageError';
}
