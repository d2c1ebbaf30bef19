// One TensorFlow.js in the process: whatever imports or requires one of its packages, of any version and wherever it is
// installed, gets the kernel's copy. For `require` this is a hook of Node's CommonJS loader; for `import` one of its
// ES module loader, in the same thread where Node has such hooks (22.15, 23.5 and later), otherwise in a thread of
// Node's own.
import Module from 'node:module';
import path from 'node:path';
import { TENSOR_RULES, tensorExports, tensorKind } from './tensor-names.ts';

/** The kernel's TensorFlow.js, as the device manager has it. */
export interface TensorSource {
  /** The library with its device started. */
  load: () => Promise<object>;
  /** The library if its device has been started. */
  loaded: () => object | undefined;
  /** The library at once; its device starts meanwhile. */
  unstarted: () => object;
}

/** Answers an import of the modules of a folder; `undefined`: as for all others. */
export type Answer = (request: string) => unknown;

type Parent = { filename?: string | null } | null | undefined;
type Load = (request: string, parent: Parent, isMain: boolean) => unknown;
const loader = Module as unknown as { _load: Load };

/** The scheme of the modules that importers get. */
const SCHEME = 'dlnb-tensors:';
/** Where those modules find the library: a property of the global object that is not enumerable. */
const KEY = Symbol.for('dlnb.tensors');

interface Context {
  conditions?: string[];
}
interface Hooks {
  resolve: (specifier: string, context: Context, next: (s: string, c: Context) => unknown) => unknown;
  load: (url: string, context: object, next: (u: string, c: object) => unknown) => unknown;
}
/** Parts of `node:module` that not all versions of Node.js have. */
const hooking = Module as unknown as {
  registerHooks?: (hooks: Hooks) => void;
  register: (specifier: string, options: { parentURL: string; data: unknown }) => void;
};

/** What the hook of `require` answers with, and what it calls for all else while it is installed. */
const requires = {
  /** Folders whose modules get answers of their own; the newest first. */
  folders: [] as { dir: string; answer: Answer }[],
  /** The library at once. */
  library: undefined as (() => object) | undefined,
  next: undefined as Load | undefined,
};

const load: Load = function (this: unknown, request, parent, isMain) {
  const from = parent?.filename;
  if (from)
    for (const { dir, answer } of requires.folders) {
      const found = isBelow(dir, from) ? answer(request) : undefined;
      if (found !== undefined) return found;
    }
  const kind = requires.library && typeof request === 'string' ? tensorKind(request) : '';
  return kind ? tensorExports(kind, requires.library!()) : requires.next!.call(this, request, parent, isMain);
};

/** Installs the hook of `require`, once. */
function hookRequire(): void {
  if (requires.next) return;
  requires.next = loader._load;
  loader._load = load;
}

/** Removes the hook if nothing needs it and no other was installed on top of it. */
function unhookRequire(): void {
  if (requires.library || requires.folders.length > 0 || loader._load !== load) return;
  loader._load = requires.next!;
  requires.next = undefined;
}

/**
 * Gives the modules in a folder, now and later, answers of their own.
 * @returns a function that ends this
 */
export function answerIn(dir: string, answer: Answer): () => void {
  const entry = { dir, answer };
  requires.folders.unshift(entry);
  hookRequire();
  return () => {
    requires.folders = requires.folders.filter((other) => other !== entry);
    unhookRequire();
  };
}

function isBelow(dir: string, file: string): boolean {
  const relative = path.relative(dir, file);
  return !relative.startsWith('..') && !path.isAbsolute(relative);
}

/** The text of the module that importers get. It waits for the device only if it has not been started. */
function moduleText(kind: string, names: string[], started: boolean): string {
  const exports = names.map(
    (name, i) => `const v${i} = m[${JSON.stringify(name)}];\nexport { v${i} as ${JSON.stringify(name)} };`,
  );
  const { description } = KEY;
  return [
    `const m = ${started ? '' : 'await '}globalThis[Symbol.for(${JSON.stringify(description)})](${JSON.stringify(kind)});`,
    'export default m;',
    ...exports,
  ].join('\n');
}

const namesOf = (kind: string, library: object) =>
  Object.keys(tensorExports(kind, library)).filter((name) => name !== 'default' && name !== '__esModule');

export class OneEngine {
  private importsHooked = false;
  private askedEarly = false;

  constructor(private readonly source: TensorSource) {}

  /** Installs the hooks, once. */
  install(): void {
    const { source } = this;
    const unstarted = () => {
      this.askedEarly ||= !source.loaded();
      return source.loaded() ?? source.unstarted();
    };
    requires.library = unstarted;
    hookRequire();
    const value = (kind: string) => {
      const loaded = source.loaded();
      return loaded ? tensorExports(kind, loaded) : source.load().then((library) => tensorExports(kind, library));
    };
    Object.defineProperty(globalThis, KEY, { value, configurable: true });
    if (!hooking.registerHooks) return;
    this.importsHooked = true;
    hooking.registerHooks({
      resolve: (specifier, context, next) => {
        const kind = tensorKind(specifier);
        // What `require` asks for, its own hook answers
        if (!kind || context.conditions?.includes('require')) return next(specifier, context);
        return { url: SCHEME + kind, format: 'module', shortCircuit: true };
      },
      load: (url, context, next) => {
        if (!url.startsWith(SCHEME)) return next(url, context);
        const kind = url.slice(SCHEME.length);
        const started = source.loaded();
        const text = moduleText(kind, namesOf(kind, started ?? unstarted()), started !== undefined);
        return { format: 'module', source: text, shortCircuit: true };
      },
    });
  }

  /**
   * Has the library ready before a package runs that will ask for it, since `require` cannot wait. In versions of
   * Node.js whose hooks of `import` need a thread, it starts that.
   */
  async prepare(): Promise<void> {
    const library = await this.source.load();
    if (this.importsHooked) return;
    this.importsHooked = true;
    const kinds = [...new Set(TENSOR_RULES.map(([, kind]) => kind))].filter(Boolean);
    const texts = Object.fromEntries(kinds.map((kind) => [kind, moduleText(kind, namesOf(kind, library), true)]));
    const url = `data:text/javascript,${encodeURIComponent(threadText)}`;
    hooking.register(url, { parentURL: 'data:', data: { rules: TENSOR_RULES, texts, scheme: SCHEME } });
  }

  /** Waits for the device if a package has asked for the library before it was started. */
  async settle(): Promise<void> {
    if (!this.askedEarly) return;
    this.askedEarly = false;
    await this.source.load();
  }
}

/** The hooks as a module for Node's thread, which has no access to this program. */
const threadText = `
let rules, texts, scheme;
export function initialize(data) {
  ({ rules, texts, scheme } = data);
  rules = rules.map(([pattern, kind]) => [new RegExp(pattern), kind]);
}
export function resolve(specifier, context, next) {
  const found = specifier.startsWith('@tensorflow/tfjs') && rules.find(([pattern]) => pattern.test(specifier));
  if (!found || !found[1] || context.conditions.includes('require')) return next(specifier, context);
  return { url: scheme + found[1], format: 'module', shortCircuit: true };
}
export function load(url, context, next) {
  if (!url.startsWith(scheme)) return next(url, context);
  return { format: 'module', source: texts[url.slice(scheme.length)], shortCircuit: true };
}
`;
