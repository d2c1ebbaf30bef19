// Runs specs of TensorFlow.js on one device, in a process of its own: reads its task from its argument, sends the result
// to its parent and ends. Bundled together with the device and the specs, by runner.mts. For tfjs-core's own specs our
// corrections of gradients are not applied: a few of them expect derivatives that tfjs has wrong or lacks.
// test/gradients tests the corrections.
import jasmineCore from 'jasmine-core';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import { setTestEnvs } from '@tensorflow/tfjs-core/dist/jasmine_util';

export interface DeviceOptions {
  /** The folder of the build. */
  dist: string;
  threads?: number;
  /** Refuses an adapter that is a program on the processor. */
  hardware?: boolean;
}

export interface Device {
  backendName: string;
  /** Whether `dataSync` works; if not, specs that call it are left out. */
  isDataSync: boolean;
  /** Names the device in the report. */
  detail: string;
  /** Specs that cannot pass on the device, by their full names, with the reason. If one passes, that is a failure. */
  exceptions?: Record<string, string>;
}

export interface Task extends DeviceOptions {
  /** Only specs whose full name contains this. */
  grep?: string;
  /** Only every `of`-th suite, beginning with number `index`. */
  shard?: { index: number; of: number };
}

export interface Failure {
  name: string;
  message: string;
}

export interface Result {
  detail: string;
  passed: number;
  failures: Failure[];
  /** Full names of specs that tfjs itself has disabled. */
  pending: string[];
  /** Number of specs that `grep` excludes. */
  excluded: number;
  /** Suites that are not for this environment, with the reason. */
  leftOut: LeftOut[];
  /** Specs that cannot pass on this device, with the reason. */
  exceptions: { name: string; reason: string }[];
  /** All names for which the device has an exception. */
  listed: string[];
}

export interface LeftOut {
  suite: string;
  reason: string;
}

declare global {
  /** Suites that jasmine_util leaves out; conformance.mts makes it list them. */
  var suitesLeftOut: LeftOut[];
}

/**
 * @param start starts the device
 * @param define loads the specs, which define themselves when they are loaded
 */
export async function run(start: (options: DeviceOptions) => Promise<Device>, define: () => void): Promise<void> {
  const { grep, shard, ...options } = JSON.parse(process.argv[2]!) as Task;
  const jasmine = jasmineCore.boot(jasmineCore);
  jasmine.DEFAULT_TIMEOUT_INTERVAL = 60_000;
  const env = jasmine.getEnv();
  const { backendName, isDataSync, detail, exceptions = {} } = await start(options);
  tf.env().set('IS_TEST', true);
  setTestEnvs([{ name: backendName, backendName, isDataSync }]);
  globalThis.suitesLeftOut = [];
  if (shard) takeShard(shard.index, shard.of);
  // The specs need all of the above
  define();

  const result: Result = {
    detail,
    passed: 0,
    failures: [],
    pending: [],
    excluded: 0,
    leftOut: globalThis.suitesLeftOut,
    exceptions: [],
    listed: Object.keys(exceptions),
  };
  const failed = (name: string, [first]: jasmine.Expectation[]) =>
    result.failures.push({ name, message: first?.message ?? 'no expectation says why' });
  env.addReporter({
    specDone({ status, fullName, failedExpectations }) {
      const reason = exceptions[fullName];
      if (reason !== undefined && status === 'failed') result.exceptions.push({ name: fullName, reason });
      else if (reason !== undefined && status === 'passed')
        failed(fullName, [{ message: `it passes, although: ${reason}` }]);
      else if (status === 'passed') result.passed++;
      else if (status === 'failed') failed(fullName, failedExpectations);
      else if (status === 'pending') result.pending.push(fullName);
      else result.excluded++;
    },
    suiteDone({ status, fullName, failedExpectations }) {
      if (status === 'failed') failed(`${fullName} (before or after its specs)`, failedExpectations);
    },
    jasmineDone({ overallStatus, failedExpectations, incompleteReason }) {
      if (failedExpectations.length > 0) failed('outside of all specs', failedExpectations);
      else if (overallStatus === 'incomplete' && grep === undefined)
        failed('the run as a whole', [{ message: incompleteReason ?? 'incomplete' }]);
      // The process must end by itself: that is part of the test
      process.send!(result, () => process.disconnect());
    },
  });
  env.configure({
    random: false,
    ...(grep === undefined ? {} : { specFilter: (spec) => spec.getFullName().includes(grep) }),
  });
  env.execute();
}

/** Has suites of other shards not defined, with the suites inside them. */
function takeShard(index: number, of: number): void {
  let [depth, count] = [0, 0];
  const { describe } = globalThis as unknown as { describe: (name: string, define: () => void) => unknown };
  const shared = (name: string, define: () => void) => {
    if (depth === 0 && count++ % of !== index) return undefined;
    depth++;
    try {
      return describe(name, define);
    } finally {
      depth--;
    }
  };
  Object.assign(globalThis, { describe: shared });
}
