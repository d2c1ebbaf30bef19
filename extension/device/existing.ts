// Which devices work on this machine, for the picker: a kernel tries them once for each Node and folder, as `dlnb
// devices` does, and the answer is kept until something changes.
import * as vscode from 'vscode';
import os from 'node:os';
import path from 'node:path';
import { existing, findNode, tryDevice, type Existing } from '../../kernel/host/client/index.ts';
import { log } from '../log.ts';
import { settings } from '../settings.ts';

export class ExistingDevices {
  private readonly known = new Map<string, Promise<Existing>>();

  constructor(
    private readonly main: string,
    private readonly cuda: string,
  ) {}

  /** Tries the devices, unless they have been. A workspace that is not trusted has none: its packages would run. */
  find(cwd: string): Promise<Existing> {
    if (!vscode.workspace.isTrusted) return Promise.resolve({});
    const key = JSON.stringify([settings.nodePath(), cwd]);
    let found = this.known.get(key);
    if (!found) this.known.set(key, (found = this.look(cwd)));
    return found;
  }

  /** Something was installed. */
  forget(): void {
    this.known.clear();
  }

  /** Never rejects. */
  private async look(cwd: string): Promise<Existing> {
    try {
      const node = await findNode({ setting: settings.nodePath() });
      const logDir = path.join(os.tmpdir(), 'dlnb-devices');
      const options = { ...settings.kernel(), device: 'auto' as const, cwd, cuda: this.cuda, logDir };
      const found = existing(await tryDevice({ node, main: this.main, options }));
      for (const [device, { works, text }] of Object.entries(found))
        log().info(`device ${device} ${works ? 'works' : 'does not work'}: ${text}`);
      return found;
    } catch (e) {
      log().warn(`the devices are not known: ${(e as Error).message}`);
      return {};
    }
  }
}
