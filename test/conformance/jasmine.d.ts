// Types of jasmine-core 3, as far as the conformance run uses it. The package has none, and those of DefinitelyTyped
// would declare `describe`, `it` and `expect` for all tests.
declare namespace jasmine {
  interface Expectation {
    message: string;
  }
  interface Done {
    status: 'passed' | 'failed' | 'pending' | 'excluded';
    fullName: string;
    failedExpectations: Expectation[];
  }
  interface RunDone {
    overallStatus: 'passed' | 'failed' | 'incomplete';
    incompleteReason?: string;
    failedExpectations: Expectation[];
  }
  interface Env {
    addReporter(reporter: {
      specDone(spec: Done): void;
      suiteDone(suite: Done): void;
      jasmineDone(run: RunDone): void;
    }): void;
    configure(options: { random: boolean; specFilter?: (spec: { getFullName(): string }) => boolean }): void;
    execute(): void;
  }
}

declare module 'jasmine-core' {
  interface Jasmine {
    DEFAULT_TIMEOUT_INTERVAL: number;
    getEnv(): jasmine.Env;
  }
  interface JasmineCore {
    /** Makes `describe`, `it` and the others global. */
    boot(core: JasmineCore): Jasmine;
  }
  const core: JasmineCore;
  export default core;
}
