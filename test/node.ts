// Provides other versions of Node.js, with which the built programs are tested.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Finds a Node.js of this major version: the running one, the one on the PATH, or the newest one from npm, which is
 * installed once below out/.
 * @returns path of the program
 */
export function ensureNode(major: number): string {
  for (const program of [process.execPath, 'node']) if (majorOf(program) === major) return program;
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const folder = join(import.meta.dirname, '../out/node', String(major));
  const program = join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (!existsSync(program))
    execFileSync(
      process.platform === 'win32' ? 'npm.cmd' : 'npm',
      ['install', '--prefix', folder, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${major}`],
      { stdio: 'pipe' },
    );
  if (majorOf(program) !== major) throw new Error(`npm installed no Node.js ${major} at ${program}`);
  return program;
}

function majorOf(program: string): number | undefined {
  try {
    return Number(execFileSync(program, ['-p', 'process.versions.node'], { encoding: 'utf8' }).split('.')[0]);
  } catch {
    return undefined;
  }
}
