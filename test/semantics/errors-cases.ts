// Errors as cells throw, print and show them: stacks of places as typed, names of classes, own properties, hints.
import { cell, stdout, value, type Expected, type SemanticsCase } from './case.ts';

const stderr = (v: string | RegExp): Expected => ({ stderr: v });

/** No frame of the kernel or of Node, no path, no counter of runs. */
const CLEAN = /^(?![^]*(?:node:|dist|\.js|dlnb-cell|file:))/.source;

export const errorsCases: SemanticsCase[] = [
  {
    name: 'stacks of printed errors, of values and of strings name cells and lines as typed',
    files: { 'lib.ts': 'interface Gone {\n  a: number;\n}\nexport const make = () =>\n  new Error("in a file");\n' },
    cells: [
      cell(
        'type Gone = string;\nfunction fail(x: number): never {\n  throw new RangeError(`bad ${x}`);\n}\ntry { fail(1); } catch (e) { console.error(e); }\nconsole.trace("here");',
        stderr(
          'RangeError: bad 1\n    at fail (cell 1, line 3)\n    at cell 1, line 5\nTrace: here\n    at cell 1, line 6\n',
        ),
      ),
      cell('new Error("value")', value('Error: value\n    at cell 2, line 1')),
      cell(
        '[new Error("a"), { b: new TypeError("b") }, new Map([["c", new Error("c")]])]',
        value(
          "[\n  Error: a\n      at cell 3, line 1,\n  {\n    b: TypeError: b\n        at cell 3, line 1\n  },\n  Map(1) {\n    'c' => Error: c\n        at cell 3, line 1\n  }\n]",
        ),
      ),
      cell(
        'display(new Error("outer", { cause: new Error("inner") }));\nawait Promise.allSettled([Promise.reject(new Error("settled"))])',
        value('Error: outer\n    at cell 4, line 1 {\n  [cause]: Error: inner\n      at cell 4, line 1\n}'),
        value("[\n  {\n    status: 'rejected',\n    reason: Error: settled\n        at cell 4, line 2\n  }\n]"),
      ),
      cell(
        'new AggregateError([new Error("one")], "all")',
        value(new RegExp(`${CLEAN}.*AggregateError: all\n[^]*Error: one`)),
      ),
      cell(
        'let s = "";\ntry { fail(2); } catch (e) { s = (e as Error).stack!; }\ns',
        value(/^'RangeError: bad 2\\n {4}at fail \(cell 1, line 3\)\\n {4}at cell 6, line 2'$/),
      ),
      cell(
        'import { make } from "./lib.ts";\nconsole.log(make());',
        stdout('Error: in a file\n    at make (lib.ts, line 5)\n    at cell 7, line 2\n'),
      ),
      cell(
        'const holder: { stack?: string } = {};\nError.captureStackTrace(holder);\nholder.stack',
        value(/^'(Error|\[object Object\])\\n {4}at cell 8, line 2'$/),
      ),
      cell(
        'const p = Promise.reject(new Error("rejected"));\np.catch(() => {});\nconsole.log(p);',
        stdout(new RegExp(`${CLEAN}Promise \\{[^]*Error: rejected[^]*cell 9, line 1`)),
      ),
      cell('import vm from "node:vm";\nvm.runInNewContext("new Error(1)")', value(new RegExp(`${CLEAN}Error: 1`))),
    ],
  },
  {
    name: 'a prepareStackTrace of the user gets the frames of the user, and uncaught errors still find their line',
    cells: [
      cell('const fail = () => {\n  throw new Error("bad");\n};'),
      cell(
        'const before = Error.prepareStackTrace;\nError.prepareStackTrace = (_, sites) => sites;\nconst sites = new Error().stack as unknown as NodeJS.CallSite[];\nError.prepareStackTrace = before;\nString(sites[0])',
        value("'cell 2:3:15'"),
      ),
      cell(
        'Error.prepareStackTrace = (e, sites) => `${e.message}: ${sites.map(String).filter((s) => /cell|kernel|session/.test(s)).join(" < ")}`;\nlet own = "";\ntry { fail(); } catch (e) { own = (e as Error).stack!; }\nown',
        value(/^'bad: fail \(cell 1:2:9\) < cell 3:3:7'$/),
      ),
      cell('fail();', { error: 'Error', message: /^bad$/, at: [1, 2] }),
      cell('Error.prepareStackTrace = undefined;\nnew Error("again")', value('Error: again\n    at cell 5, line 2')),
      cell(
        'const changed = Object.defineProperty(Error, "prepareStackTrace", { value: undefined, configurable: true, writable: true });',
      ),
      cell('new Error("and again")', value('Error: and again\n    at cell 7, line 1')),
    ],
  },
  {
    name: 'an uncaught error has the name of its class, and proxies as errors do not break the kernel',
    cells: [
      cell(
        'class HttpError extends Error {\n  constructor(message: string, readonly status: number) { super(message); }\n}\nthrow new HttpError("no", 404);',
        { error: 'HttpError', message: /^no$/, at: [1, 4] },
      ),
      cell('class ValidationError extends TypeError {}\nthrow new ValidationError("no");', {
        error: 'ValidationError',
        message: /^no$/,
      }),
      cell(
        'const trap = () => { throw new Error("trap"); };\nthrow new Proxy({}, { get: trap, getPrototypeOf: trap, has: trap });',
        { error: 'Thrown', message: /^(\{\}|Proxy\(\{\}\))$/ },
      ),
      cell(
        'setTimeout(() => { throw new Proxy(new Error("x"), { get: trap, getPrototypeOf: trap }); }, 1);\nawait new Promise((r) => setTimeout(r, 30));\n1',
        { error: 'Thrown', message: /Error: x/ },
        value('1'),
      ),
      cell('throw Object.defineProperty(new Error("y"), "name", { get: trap });', { error: 'Error', message: /./ }),
      cell('const loop: any = new Error("own cause");\nloop.cause = loop;\nthrow loop;', {
        error: 'Error',
        message: /^own cause$/,
      }),
      cell('{ using a = { [Symbol.dispose]() { throw new Error("new"); } }; throw new Error("old"); }', {
        error: 'SuppressedError',
        message: /./,
      }),
    ],
  },
  {
    name: 'sentences of TensorFlow.js begin with the op and have shapes in brackets',
    cells: [
      cell("import * as tf from '@tensorflow/tfjs';\ntf.matMul(tf.ones([2, 3]), tf.ones([2, 3]));", {
        error: 'Error',
        message: /^matMul: inner shapes \(3\) and \(2\) of Tensors with shapes \[2, 3\] and \[2, 3\]/,
        at: [1, 2],
      }),
    ],
  },
  {
    name: 'a missing package is named without a path of this machine',
    files: {
      'node_modules/half/package.json':
        '{ "name": "half", "version": "1.0.0", "type": "module", "exports": { "./deep": "./gone.js", ".": "./index.js" } }',
      'node_modules/half/index.js': "import 'other-package';\n",
    },
    cells: [
      cell("import 'none';", {
        error: 'Error',
        message: /^Cannot find package "none" from the notebook's folder\. Install it there: npm install none$/,
      }),
      cell("require('none');", { error: 'Error', message: /^Cannot find package "none"/ }),
      cell("await import('half/deep').catch((e) => e.message)", value(new RegExp(`^(?!.*(kernel|/tmp)).*half.*$`))),
      cell(
        "await import('half').catch((e) => e.message)",
        value(/^(?!.*\/tmp).*other-package.*imported from node_modules\/half\/index\.js/),
      ),
    ],
  },
  {
    name: 'the kernel goes on after a cell has removed all listeners of the process',
    cells: [
      cell(
        'process.removeAllListeners();\nprocess.removeAllListeners("uncaughtException");\nprocess.removeAllListeners("message");\nfor (const l of process.listeners("uncaughtException")) process.removeListener("uncaughtException", l);\n1',
        value('1'),
      ),
      cell(
        'setTimeout(() => { throw new Error("in a timer"); }, 1);\nawait new Promise((r) => setTimeout(r, 30));\n2',
        { error: 'Error', message: /in a timer/ },
        value('2'),
      ),
      cell(
        'let heard = 0;\nconst hear = () => heard++;\nprocess.on("SIGUSR2", hear).emit("SIGUSR2");\nprocess.off("SIGUSR2", hear).emit("SIGUSR2");\nprocess.once("x", hear).emit("x");\nprocess.on("y", hear);\nprocess.removeAllListeners("y").emit("y");\n[heard, process.listeners("y")]',
        value('[ 2, [] ]'),
      ),
    ],
  },
  {
    name: 'a group of a cell that failed does not indent later cells',
    cells: [
      cell('console.group("open");\nthrow new Error("no");', stdout('open\n'), { error: 'Error', message: /^no$/ }),
      cell('console.log("left");\nconsole.group("kept");', stdout('left\nkept\n')),
      cell('console.log("indented");\nconsole.group();\nthrow new Error("no");', stdout('  indented\n'), {
        error: 'Error',
        message: /^no$/,
      }),
      cell('console.log("indented");\nconsole.groupEnd();\nconsole.log("left");', stdout('  indented\nleft\n')),
    ],
  },
  {
    name: 'a rejected promise that is awaited later gives no warning of Node',
    cells: [
      cell(
        'const late = Promise.reject(new Error("late"));\nawait new Promise((r) => setTimeout(r, 20));\nawait late.catch(() => {});\nawait new Promise((r) => setTimeout(r, 20));\n1',
        { error: 'Error', message: /late/ },
        value('1'),
      ),
    ],
  },
];
