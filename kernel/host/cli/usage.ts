// A command that cannot begin: bad arguments, a missing file, a file that is no notebook. One line for the user, exit code 2.

export class UsageError extends Error {
  override name = 'UsageError';
}
