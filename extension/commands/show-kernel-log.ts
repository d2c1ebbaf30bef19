// "DLNB: Show Kernel Log": which Node was chosen, process ids, why kernels ended.
import { log } from '../log.ts';

export function showKernelLog(): void {
  log().show();
}
