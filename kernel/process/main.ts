// Entry of the kernel process: connects a session to Node's IPC, and the standard streams to the cells that print.
import { writeSync } from 'node:fs';
import { keepListeners } from './cell/listeners.ts';
import { captureStreams, offerColors } from './captured.ts';
import { keepCompiledCode } from './compiled-code.ts';
import { startEsbuild } from './cell/strip.ts';
import { startParser } from './cell/typed.ts';
import type { KernelOptions } from '../wire/options.ts';
import { handle, type Handlers, type HostMessage, type KernelMessage } from '../wire/protocol.ts';
import { KernelSession } from './session.ts';

const startedWith = process.env['DLNB_KERNEL'];
if (!process.send || !startedWith) {
  writeSync(2, 'This is the kernel of DLNB; it is started by the extension and by "dlnb run", not by hand.\n');
  process.exit(2);
}
delete process.env['DLNB_KERNEL'];
const options = JSON.parse(startedWith) as KernelOptions;
keepCompiledCode();

// Kept here, because cells may replace them on `process`
const { exit } = process;
const ipc = process.send.bind(process);
const send = (message: KernelMessage) => void ipc(message);

// Libraries nest deeply, and an error's stack must still reach the frame of the cell
Error.stackTraceLimit = 100;

const session = new KernelSession(options, send);

captureStreams(session);
offerColors();

let ending = false;
const handlers: Handlers<HostMessage> = {
  ...session.handlers,
  shutdown: () => {
    ending = true;
    // Text that cells have printed is sent before the process ends
    setImmediate(() => {
      session.flush();
      exit(0);
    });
  },
};
process.on('message', (message: HostMessage) => handle(handlers, message));
process.on('exit', (code) => {
  session.flush();
  if (!ending) send({ type: 'exiting', code });
});
// A terminal's Ctrl+C reaches the whole process group: the host gets it too and sends an interrupt
process.on('SIGINT', () => {});
// The host has ended
process.on('disconnect', () => {
  ending = true;
  exit(0);
});

session.listen();
keepListeners(process);
startEsbuild().then(
  () => {
    send({ type: 'ready', pid: process.pid, node: process.version, startMs: performance.now() });
    // When the first cell, if one is waiting, is likely to have been read
    setTimeout(startParser, 300).unref();
  },
  (e: Error) => {
    writeSync(2, `esbuild, which strips the types of cells, cannot be started: ${e.message}\n`);
    ending = true;
    exit(1);
  },
);
