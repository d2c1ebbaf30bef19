// Where a command writes: looked at before the work, so that a result is not lost after it. A regular file is replaced
// in one step; a device or a pipe is written to; what cannot be written where it should goes to a place that is named.
import { randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { access, lstat, open, readdir, readFile, readlink, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileProblem, isFolder } from './files.ts';
import { UsageError } from './usage.ts';

/** The name of the standard output. */
export const STDOUT_NAME = '-';

/** How a target is written: in one step, over what is there, or to the standard output. */
type Way = 'replace' | 'over' | 'stdout';

/** A place to write to, which was found writable. */
export class Target {
  private constructor(
    /** As the user has named it. */
    readonly name: string,
    /** The file itself, behind links. */
    private readonly file: string,
    private readonly way: Way,
  ) {}

  /**
   * Finds out whether and how a target can be written, by making a file beside it and removing it again.
   * @throws UsageError if it cannot be written
   */
  static async open(name: string): Promise<Target> {
    if (name === STDOUT_NAME) return new Target(name, name, 'stdout');
    const file = await behindLinks(path.resolve(name));
    const found = await stat(file).catch((e: NodeJS.ErrnoException) => {
      if (e.code === 'ENOENT' || e.code === 'ENOTDIR') return undefined;
      throw new UsageError(`${name} cannot be written: ${fileProblem(e)}`);
    });
    if (found?.isDirectory()) throw new UsageError(`${name} is a folder; name a file.`);
    const folder = path.dirname(file);
    if (!(await isFolder(folder))) throw new UsageError(`${name}: there is no folder ${folder}`);
    const over = async (problem: unknown): Promise<Target> => {
      try {
        if (!found) throw problem;
        await access(file, constants.W_OK);
      } catch {
        throw new UsageError(`${name} cannot be written: ${fileProblem(problem)}`);
      }
      return new Target(name, file, 'over');
    };
    if (found && !found.isFile()) return over(Object.assign(new Error('permission denied'), { code: 'EACCES' }));
    await removeOldParts(file);
    try {
      // Another user's file in a folder of ours: it would be replaced although it may not be written
      if (found) await access(file, constants.W_OK);
      const part = partOf(file);
      await (await open(part, 'wx')).close();
      await rm(part);
    } catch (e) {
      return over(e);
    }
    // Its other names would keep the old text
    if (found && found.nlink > 1) return new Target(name, file, 'over');
    return new Target(name, file, 'replace');
  }

  /**
   * Writes the text.
   * @throws Error that says why not, and where the text is instead
   */
  async write(text: string): Promise<void> {
    try {
      if (this.way === 'stdout') await toStdout(text);
      else if (this.way === 'over') await writeOver(this.file, text);
      else await replace(this.file, text);
    } catch (e) {
      const problem = `${this.name === STDOUT_NAME ? 'the standard output' : this.name} cannot be written: ${fileProblem(e)}`;
      const kept = await keepElsewhere(this.name, text);
      throw new Error(kept ? `${problem}. What should be there is in ${kept}` : problem, { cause: e });
    }
  }

  /**
   * Writes the text beside the target, which is left as it is.
   * @returns the file
   * @throws Error as {@link write}
   */
  async writeBeside(text: string): Promise<string> {
    const { dir, name, ext } = path.parse(this.file);
    for (let n = 1; ; n++) {
      const file = path.join(dir, `${name}.executed${n === 1 ? '' : `-${n}`}${ext}`);
      if (await lstat(file).catch(() => undefined)) continue;
      await new Target(file, file, 'replace').write(text);
      return file;
    }
  }
}

/** Follows links, also to a file that does not exist. */
async function behindLinks(file: string): Promise<string> {
  for (let links = 0; links < 40; links++) {
    const to = await readlink(file).catch(() => undefined);
    if (to === undefined) break;
    file = path.resolve(path.dirname(file), to);
  }
  return file;
}

/** A file of this process beside the target, hidden. Its name is short: that of the target may be as long as can be. */
const partOf = (file: string) =>
  path.join(path.dirname(file), `.${shortName(file)}.${process.pid}-${randomBytes(4).toString('hex')}.part`);
const shortName = (file: string) => path.basename(file).slice(0, 40);

/** Removes what killed processes have left beside the target. */
async function removeOldParts(file: string): Promise<void> {
  const start = `.${shortName(file)}.`;
  for (const name of await readdir(path.dirname(file)).catch(() => [])) {
    const pid = name.startsWith(start) && /^(\d+)-[0-9a-f]{8}\.part$/.exec(name.slice(start.length))?.[1];
    if (!pid || isAlive(Number(pid))) continue;
    await rm(path.join(path.dirname(file), name), { force: true }).catch(() => {});
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (e) {
    return (e as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Replaces a file in one step; on failure the old one is unchanged. Permissions and owner are kept. */
async function replace(file: string, text: string): Promise<void> {
  const part = partOf(file);
  const old = await stat(file).catch(() => undefined);
  try {
    const handle = await open(part, 'wx');
    try {
      await handle.writeFile(text);
      await keepOwner(handle, old);
      await handle.sync();
    } finally {
      await handle.close();
    }
    try {
      await rename(part, file);
    } catch (e) {
      // A file that is mounted by itself cannot be replaced
      if (!old || !['EBUSY', 'EXDEV', 'EPERM', 'EACCES'].includes((e as NodeJS.ErrnoException).code ?? '')) throw e;
      await writeOver(file, text);
    }
  } finally {
    await rm(part, { force: true }).catch(() => {});
  }
}

async function keepOwner(handle: FileHandle, old: Stats | undefined): Promise<void> {
  if (!old) return;
  await handle.chmod(old.mode & 0o7777);
  const { uid, gid } = await handle.stat();
  // Only root may give a file away
  if (uid !== old.uid || gid !== old.gid) await handle.chown(old.uid, old.gid).catch(() => {});
}

/** Writes over a file, a device or a pipe. */
async function writeOver(file: string, text: string): Promise<void> {
  const handle = await open(file, constants.O_WRONLY);
  try {
    const isFile = (await handle.stat()).isFile();
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length;) at += (await handle.write(bytes, at)).bytesWritten;
    if (!isFile) return;
    // Not before: a full disk leaves the old end
    await handle.truncate(bytes.length);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes to the standard output. @throws Error if it is closed or full */
const toStdout = (text: string): Promise<void> =>
  new Promise((resolve, reject) => process.stdout.write(text, (e) => (e ? reject(e) : resolve())));

/** Writes to the folder for temporary files, for the user alone. @returns the file, or nothing if that fails, too */
async function keepElsewhere(name: string, text: string): Promise<string | undefined> {
  const base = name === STDOUT_NAME ? 'output' : shortName(name);
  const file = path.join(os.tmpdir(), `${randomBytes(4).toString('hex')}-${base}`);
  try {
    const handle = await open(file, 'wx', 0o600);
    await handle.writeFile(text).finally(() => handle.close());
    return file;
  } catch {
    return undefined;
  }
}

/** The bytes of a file, to see later whether it was changed; nothing if there is none. */
export const bytesOf = (file: string): Promise<Buffer | undefined> => readFile(file).catch(() => undefined);
