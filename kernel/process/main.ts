// The kernel process: ties a session to Node IPC, and this process's standard streams to the cells that print.
import { writeSync } from 'node:fs';
import { Writable } from 'node:stream';
import { startEsbuild } from './cell/strip.ts';
import type { HostMessage, KernelMessage } from '../wire/protocol.ts';
import { Session, type SessionOptions } from './session.ts';

const setUp = process.env['DLNB_KERNEL'];
if (!process.send || !setUp) {
  writeSync(2, 'This is the kernel of DLNB; it is started by the extension and by "dlnb run", not by hand.\n');
  process.exit(2);
}
delete process.env['DLNB_KERNEL'];
const options = JSON.parse(setUp) as Omit<SessionOptions, 'send'>;

// Kept under the names that the process had when it started: cells may change them
const { exit } = process;
const ipc = process.send.bind(process);
const send = (message: KernelMessage) => void ipc(message);

// Libraries go deep: the frame of the cell must still be on the stack that is read
Error.stackTraceLimit = 100;

const session = new Session({ ...options, send });

/** A standard stream whose text goes to the cell that wrote it. */
function capture(name: 'stdout' | 'stderr'): void {
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string | Uint8Array, encoding, done) {
      session.print(
        name,
        typeof chunk === 'string'
          ? chunk
          : Buffer.from(chunk).toString(encoding === ('buffer' as string) ? 'utf8' : encoding),
      );
      done();
    },
  });
  Object.assign(stream, { fd: name === 'stdout' ? 1 : 2, isTTY: false, columns: 120 });
  Object.defineProperty(process, name, { value: stream, configurable: true, enumerable: true, writable: true });
}
capture('stdout');
capture('stderr');

process.on('message', (message: HostMessage) => {
  if (message.type === 'run') void session.run(message);
  else if (message.type === 'slice') session.slice(message);
  else if (message.type === 'save') session.save(message);
  else if (message.type === 'shutdown') {
    ending = true;
    // What cells have printed so far goes out before the process does
    setImmediate(() => {
      session.flush();
      exit(0);
    });
  }
});
let ending = false;
process.on('exit', (code) => {
  session.flush();
  if (!ending) send({ type: 'exiting', code });
});
// A terminal's Ctrl+C reaches the whole process group; the host hears it too, and sends an interrupt
process.on('SIGINT', () => {});
// The host has gone: so does the kernel
process.on('disconnect', () => {
  ending = true;
  exit(0);
});

session.listen();
startEsbuild().then(
  () => send({ type: 'ready', pid: process.pid, node: process.version, startMs: performance.now() }),
  (e: Error) => {
    writeSync(2, `esbuild, which strips the types of cells, cannot be started: ${e.message}\n`);
    ending = true;
    exit(1);
  },
);
