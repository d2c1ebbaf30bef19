// The certain end of a kernel process and of the processes that its cells have started.

// Kept here, because cells may replace them
const { kill, pid } = process;

/** Kills this process with its whole group, of which it is the leader; without groups, only itself. */
export function killAll(): void {
  try {
    kill(-pid, 'SIGKILL');
  } catch {
    // Windows has no groups, and a kernel that was started by hand leads none
  }
  kill(pid, 'SIGKILL');
}
