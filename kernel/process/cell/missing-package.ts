// Packages that a cell imports and that are not installed, and what npm can be asked to install.
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { types } from 'node:util';

/** An error that names a package to install, as the kernel and Node throw it. */
const CODES = new Set(['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND']);
const MESSAGE = /^Cannot find (?:package|module) (["'])(.+?)\1/;
/** A name that npm accepts, with its scope. */
const NAME = /^(?:@[a-z0-9][\w.~-]*\/)?[a-z0-9][\w.~-]*$/i;

/**
 * Makes an error of Node's import name the notebook instead of the kernel's bundle, and paths from `node_modules` or
 * the notebook's folder on, so that it is the same on every machine.
 * @param own the folder of the kernel's bundles
 */
export function namesNotebook(thrown: unknown, { dir, own }: { dir: string; own: string }): unknown {
  if (!types.isNativeError(thrown) || !CODES.has((thrown as NodeJS.ErrnoException).code ?? '')) return thrown;
  const short = (file: string) => {
    const inPackages = file.lastIndexOf(`node_modules${path.sep}`);
    const relative = inPackages >= 0 ? file.slice(inPackages) : path.relative(dir, file);
    return relative.split(path.sep).join('/');
  };
  thrown.message = thrown.message
    .replace(/( imported from )(.+)$/m, (_, from: string, file: string) =>
      file.startsWith(own + path.sep) ? `${from}the notebook` : `${from}${short(file)}`,
    )
    .replace(/^(Cannot find (?:module|package) ')([^']+)'/, (whole, head: string, file: string) =>
      path.isAbsolute(file) ? `${head}${short(file)}'` : whole,
    );
  // Node's `url` of what was not found is a path of this machine
  if (Object.hasOwn(thrown, 'url')) Object.defineProperty(thrown, 'url', { enumerable: false });
  return thrown;
}

/** The package that an error says is not installed; undefined for every other error. */
export function missingPackage(code: unknown, message: string): string | undefined {
  if (typeof code !== 'string' || !CODES.has(code)) return undefined;
  const specifier = MESSAGE.exec(message)?.[2];
  if (specifier === undefined || isBuiltin(specifier) || /^[./\\]|^[A-Za-z]:/.test(specifier)) return undefined;
  const name = packageOf(specifier);
  return NAME.test(name) && name.length <= 214 ? name : undefined;
}

const packageOf = (specifier: string) => /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
