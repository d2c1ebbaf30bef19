// The processes that cells have started: they end with their kernel. A kernel leads a process group of its own, in which
// its children are; one that was started detached has left it and goes on.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long children that were asked to end may take, before they are killed. */
const ASKED_MS = 1000;
const POLL_MS = 20;

/** Whether kernels lead a process group. On Windows, children end with the process that has started them. */
export const hasGroups = process.platform !== 'win32';

/** Sends a signal to all processes of the group. @returns whether there are any */
export function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  if (!hasGroups) return false;
  try {
    process.kill(-leader, signal);
    return true;
  } catch (e) {
    // Those of another user cannot be signaled, and are there all the same
    return (e as NodeJS.ErrnoException).code === 'EPERM' && signal !== 0;
  }
}

/** Ends what is left of a group whose leader has ended: asks first, then kills. */
export async function endGroup(leader: number): Promise<void> {
  if (!signalGroup(leader, 'SIGTERM')) return;
  const end = performance.now() + ASKED_MS;
  while (performance.now() < end) {
    await sleep(POLL_MS);
    if (!signalGroup(leader, 0) || !isAnyAlive(leader)) return;
  }
  signalGroup(leader, 'SIGKILL');
}

/**
 * Whether a process of the group runs. In a container, one that has ended may stay listed for ever, since nobody asks
 * how it ended; Linux tells them apart.
 */
function isAnyAlive(leader: number): boolean {
  if (process.platform !== 'linux') return true;
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      // After the name, which may hold anything: state, parent, group
      const [state, , group] = readFileSync(`/proc/${pid}/stat`, 'latin1')
        .replace(/^.*\) /s, '')
        .split(' ');
      if (Number(group) === leader && state !== 'Z' && state !== 'X') return true;
    } catch {
      // It has ended meanwhile
    }
  }
  return false;
}
