// The languages of cells that the kernel runs, by VS Code's ids. Cells of other languages are kept and skipped.

/** TypeScript and JavaScript, each also with JSX. */
export const LANGUAGES = ['typescript', 'javascript', 'typescriptreact', 'javascriptreact'] as const;

/** Whether the kernel runs cells of a language. */
export const isRunnable = (language: string): language is (typeof LANGUAGES)[number] =>
  (LANGUAGES as readonly string[]).includes(language);
