// What the cells have started and what still runs: timers, servers, requests, child processes.

/** Node's names of resources, in words. */
const WORDS: Record<string, string> = {
  Timeout: 'a timer',
  Immediate: 'a timer',
  TCPServerWrap: 'a server',
  PipeServerWrap: 'a server',
  TCPSocketWrap: 'a connection',
  TCPWRAP: 'a connection',
  TLSWrap: 'a connection',
  TCPConnectWrap: 'a connection',
  UDPWRAP: 'a socket',
  UDPWrap: 'a socket',
  PipeWrap: 'a pipe',
  ProcessWrap: 'a child process',
  MessagePort: 'a worker thread',
  Worker: 'a worker thread',
  FSReqCallback: 'a file',
  FSReqPromise: 'a file',
  FILEHANDLECLOSEREQ: 'a file',
  FSEventWrap: 'a watched file',
  StatWatcher: 'a watched file',
  GetAddrInfoReqWrap: 'a name of the network',
  SignalWrap: 'a signal',
};

export class PendingWork {
  /** The kernel's own resources. */
  private own: string[] | undefined;

  /** The first cell is about to run: what runs now is the kernel's own. */
  begin(): void {
    this.own ??= process.getActiveResourcesInfo();
  }

  /** What keeps a program running, each kind once. */
  names(): string[] {
    const own = [...(this.own ?? [])];
    const others = process.getActiveResourcesInfo().filter((name) => {
      const at = own.indexOf(name);
      if (at >= 0) own.splice(at, 1);
      return at < 0;
    });
    return [...new Set(others.map((name) => WORDS[name] ?? name))];
  }
}
