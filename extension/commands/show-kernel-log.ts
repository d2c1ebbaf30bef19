// "DLNB: Show Kernel Log": opens the extension's log, with the chosen Node, process ids and the reasons why kernels
// ended.
import { log } from '../log.ts';

export function showKernelLog(): void {
  log().show();
}
