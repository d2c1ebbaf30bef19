// Lint: TypeScript's own sensible rules, and the one-way street of imports between the rooms (docs/architecture.md).
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/**
 * What each room may import of the others: code and types of `code`, types alone of `types`. An entry is a room, or one
 * folder or file of it. Values of TensorFlow.js are imported where `tensorflow` is set, and nowhere else: a second copy
 * of it would be a second engine. Only extension/ imports `vscode`.
 */
const rooms = {
  'kernel/wire': {},
  'kernel/notebook': {},
  'kernel/outputs': { code: ['kernel/wire'] },
  'kernel/formats': {},
  'kernel/tensors': { code: ['kernel/wire', 'kernel/outputs', 'kernel/formats'], tensorflow: true },
  'kernel/dlnb': { code: ['kernel/wire', 'kernel/outputs', 'kernel/formats'], types: ['kernel/tensors'] },
  'kernel/process': { code: ['kernel/wire', 'kernel/outputs', 'kernel/dlnb'], types: ['kernel/tensors'] },
  'kernel/pictures': { code: ['kernel/wire', 'kernel/formats/png-chunk.ts', 'renderers'] },
  'kernel/language': {
    code: ['kernel/wire', 'kernel/notebook', 'kernel/process/cell/walk.ts', 'kernel/process/cell/load-parser.ts'],
  },
  'kernel/host': {
    code: [
      'kernel/wire',
      'kernel/notebook',
      'kernel/formats',
      'kernel/language',
      'kernel/tensors/backends/cuda/libraries.ts',
      'renderers/renderers.json',
    ],
  },
  renderers: { code: ['kernel/wire'] },
  extension: { code: ['kernel/wire', 'kernel/notebook', 'kernel/language', 'kernel/host/client'], vscode: true },
};

const all = [...Object.keys(rooms), 'test'];
const escaped = (text) => text.replaceAll('.', '\\.');

/** The imports that a room must not make, each as a pattern with its message. */
function forbidden(room) {
  const { code = [], types = [], tensorflow = false, vscode = false } = rooms[room];
  const inKernel = room.startsWith('kernel/');
  // From inside kernel/, the folder kernel/wire is "../wire/" or "../../wire/"
  const seen = (path) => escaped(inKernel ? path.replace(/^kernel\//, '') : path);
  const others = all.filter((other) => other !== room).map((other) => `${seen(other)}/`);
  const allowed = (list) => list.map((path) => (/\.\w+$/.test(path) ? `${seen(path)}$` : `${seen(path)}/`));
  const here = `${room}/ may import ${code.length > 0 ? `of ${code.join(', ')}` : 'nothing of the other rooms'}`;
  const patterns = [
    {
      regex: `^(\\.\\./)+(?!${[...allowed([...code, ...types]), '$^'].join('|')})(${others.join('|')})`,
      message: `${here}${types.length > 0 ? `, and types of ${types.join(', ')}` : ''}.`,
    },
  ];
  if (types.length > 0) {
    const regex = `^(\\.\\./)+(?!${[...allowed(code), '$^'].join('|')})(${allowed(types).join('|')})`;
    patterns.push({ regex, allowTypeImports: true, message: `Of ${types.join(', ')}, ${room}/ imports types only.` });
  }
  if (!tensorflow) {
    const message = 'Only kernel/tensors/ imports values of TensorFlow.js; elsewhere write "import type".';
    patterns.push({ regex: '^@tensorflow/', allowTypeImports: true, message });
  }
  if (!vscode) patterns.push({ regex: '^vscode$', message: "Only extension/ and test/ may import 'vscode'." });
  return patterns;
}

/** The rule for one room; `import()` too, which the rule for imports does not see. */
const imports = (room) => ({
  files: [`${room}/**/*.ts`],
  rules: {
    '@typescript-eslint/no-restricted-imports': ['error', { patterns: forbidden(room) }],
    'no-restricted-syntax': [
      'error',
      ...forbidden(room).map(({ regex, message }) => ({
        selector: `ImportExpression[source.value=/${regex.replaceAll('/', '\\u002F')}/]`,
        message,
      })),
    ],
  },
});

export default defineConfig(
  globalIgnores([
    ...['kernel/tensors/backends/cpu/assembly/', 'kernel/language/types/**/*.d.ts'],
    ...['dist/', 'out/', '**/node_modules/'],
  ]),
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
  ...Object.keys(rooms).map(imports),
);
