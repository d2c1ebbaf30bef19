// Lint: TypeScript's own sensible rules, and the one-way street of imports between the folders (docs/architecture.md).
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** An import of a folder of the repository, from wherever below another folder. */
const from = (folder, rest = '') => `^(\\.\\./)+${folder}/${rest}`;
const vscode = { regex: '^vscode$', message: "Only extension/ and test/ may import 'vscode'." };

const forbidden = {
  kernel: [
    vscode,
    { regex: from('(extension|renderers|test)'), message: 'kernel/ imports nothing from the folders above it.' },
  ],
  renderers: [
    vscode,
    {
      regex: from('(extension|test)'),
      message: 'renderers/ runs in the browser and imports nothing from the extension.',
    },
    {
      regex: from('kernel', '(?!display/mime\\.ts$)'),
      message:
        'renderers/ knows the kernel only by kernel/display/mime.ts, which holds names and types of outputs and no code.',
    },
  ],
  extension: [
    { regex: from('(renderers|test)'), message: 'extension/ does not import what runs in the browser or in tests.' },
    {
      regex: from('kernel', '(?!format/|scaffold/|client/|protocol\\.ts$|display/mime\\.ts$)'),
      message:
        'Of the kernel, extension/ imports kernel/format, kernel/scaffold, kernel/client, display/mime.ts and the types of protocol.ts.',
    },
    {
      regex: from('kernel', 'protocol\\.ts$'),
      allowTypeImports: true,
      message: 'extension/ imports types only from kernel/protocol.ts: write "import type".',
    },
  ],
};

/** The rule for one folder; `import()` too, which the rule for imports does not see. */
const imports = (folder) => ({
  files: [`${folder}/**/*.ts`],
  rules: {
    '@typescript-eslint/no-restricted-imports': ['error', { patterns: forbidden[folder] }],
    'no-restricted-syntax': [
      'error',
      ...forbidden[folder].map(({ regex, message }) => ({
        selector: `ImportExpression[source.value=/${regex.replaceAll('/', '\\u002F')}/]`,
        message,
      })),
    ],
  },
});

export default defineConfig(
  globalIgnores(['kernel/backends/cpu/assembly/', 'dist/', 'out/', '**/node_modules/']),
  {
    files: ['**/*.ts', '**/*.mts'],
    extends: [tseslint.configs.recommended],
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['vitest.config.mts'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'off',
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'], location: 'anywhere' }],
      'prefer-const': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/only-throw-error': 'error',
    },
  },
  ...Object.keys(forbidden).map(imports),
);
