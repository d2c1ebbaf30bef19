// Runs the command line as a user does: its own process, a folder of its own, both streams and the exit code.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { dist, testedNode } from '../paths.ts';
import { parseNotebook, type CodeCell } from '../../kernel/notebook/format/index.ts';

/** Another build can be tested by naming its folder. */

export interface Result {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  child: ChildProcess;
  /** What has come so far. */
  now: { stdout: string; stderr: string };
  /** Settles when the text has come on either stream. */
  says(text: string): Promise<void>;
  result: Promise<Result>;
}

/**
 * Starts `dlnb` in a folder, with an empty input or this one. It leads a process group, so that a test can press Ctrl+C
 * as a terminal does.
 */
export function start(cwd: string, args: string[], env: NodeJS.ProcessEnv = {}, input?: string): Running {
  const child = spawn(testedNode.path, [path.join(dist, 'cli.js'), ...args], {
    cwd,
    env: { ...process.env, ...(testedNode.electron && { ELECTRON_RUN_AS_NODE: '1' }), ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    detached: true,
  });
  child.stdin?.end(input);
  const now = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name]!.setEncoding('utf8').on('data', (text: string) => (now[name] += text));
  const result = new Promise<Result>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, ...now }));
  });
  const says = async (text: string) => {
    while (!now.stdout.includes(text) && !now.stderr.includes(text)) {
      if (child.exitCode !== null) throw new Error(`dlnb ended without saying "${text}": ${JSON.stringify(now)}`);
      await new Promise((r) => setTimeout(r, 10));
    }
  };
  return { child, now, says, result };
}

export const dlnb = (cwd: string, ...args: string[]) => start(cwd, args).result;

/** A folder with these files; call the disposer afterwards. */
export class Folder implements Disposable {
  readonly path = mkdtempSync(path.join(os.tmpdir(), 'dlnb-test-'));

  constructor(files: Record<string, string> = {}) {
    for (const [name, text] of Object.entries(files)) this.write(name, text);
  }

  write(name: string, text: string): void {
    mkdirSync(path.dirname(this.file(name)), { recursive: true });
    writeFileSync(this.file(name), text);
  }

  file(name: string): string {
    return path.join(this.path, name);
  }

  read(name: string): string {
    return readFileSync(this.file(name), 'utf8');
  }

  /** The code cells of a notebook in the folder. */
  cells(name: string): CodeCell[] {
    return parseNotebook(this.read(name)).cells.filter((cell) => cell.kind === 'code');
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** The text of a notebook of these code cells, with ids `c1`, `c2` … */
export const notebook = (...sources: string[]) =>
  JSON.stringify({
    dlnb: 1,
    metadata: {},
    cells: sources.map((source, i) => ({
      id: `c${i + 1}`,
      kind: 'code',
      language: 'typescript',
      source: source.split('\n'),
      outputs: [],
    })),
  });
