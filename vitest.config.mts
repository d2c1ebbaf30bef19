// The eight test projects of vitest: units of the sources, units of the build, gradients, parity, the kernel process, the
// device webgpu, the command line, and VS Code in a browser.
import { availableParallelism } from 'node:os';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

/** Vitest leaves one processor free, which of two is half of the machine. */
const maxWorkers = Math.max(2, availableParallelism() - 1);

/**
 * A project over `test/<name>/`. Times in milliseconds, for a machine that is busy with much else: they end what hangs,
 * and judge no speed.
 */
const project = (
  name: string,
  testTimeout: number,
  more: TestProjectInlineConfiguration['test'] = {},
): TestProjectInlineConfiguration => ({
  define: { DLNB_VERSION: JSON.stringify(process.env['npm_package_version'] ?? '0.0.0-test') },
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    pool: 'forks',
    maxWorkers,
    testTimeout,
    hookTimeout: testTimeout,
    ...more,
  },
});

/** So that no outcome hangs on chance. */
const seeded = 'test/seeded-chance.ts';

/** Whether to run the tests that take minutes, as CI does. */
const long = process.env['DLNB_LONG'] !== undefined;

export default defineConfig({
  test: {
    projects: [
      project('unit', 120_000, { setupFiles: [seeded] }),
      // Units of the build: op kernels in WebAssembly, and the library with them
      project('built', 120_000, {
        setupFiles: [seeded, 'test/built/one-engine.ts'],
        globalSetup: ['test/onnxruntime.ts'],
      }),
      project('gradients', 120_000, { setupFiles: [seeded], globalSetup: ['test/gradients/global-setup.ts'] }),
      // What PyTorch gave, stored in files
      project('parity', 180_000, { setupFiles: [seeded] }),
      project('kernel', 180_000),
      // On a graphics card, or on SwiftShader, which needs a core of its own
      project('gpu', 600_000, { setupFiles: [seeded], fileParallelism: false }),
      // Making all packages takes minutes
      project('cli', 300_000, { exclude: long ? [] : ['test/cli/package.test.ts', 'test/cli/bundle.test.ts'] }),
      // One VS Code server and one browser at a time: two would compete for the processor and the focus
      project('e2e', 300_000, {
        // It takes pictures for people to look at
        exclude: long ? [] : ['test/e2e/screenshots.test.ts'],
        fileParallelism: false,
        maxWorkers: 1,
        // A wait that ends well costs nothing
        expect: { poll: { timeout: 60_000 } },
        globalSetup: ['test/e2e/global-setup.ts'],
      }),
    ],
  },
});
