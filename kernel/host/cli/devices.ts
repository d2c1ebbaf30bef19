// `dlnb devices`: prints which device computes on this machine, and why others do not. A kernel tries them, as for a
// notebook.
import type { KernelSettings } from '../../wire/options.ts';
import type { DeviceState } from '../../wire/protocol.ts';
import type { CodeCell } from '../../notebook/format/types.ts';
import { NotebookRun } from './execute.ts';
import { startKernel, temporaryLogs } from './start.ts';
import { outputText } from './terminal.ts';

const cell: CodeCell = {
  id: 'devices',
  kind: 'code',
  language: 'typescript',
  source: "import * as tf from '@tensorflow/tfjs';\nawait tf.ready();\nawait tf.add(1, 1).data();\nundefined",
  outputs: [],
};

export interface DevicesOptions extends Partial<KernelSettings> {
  json?: boolean;
}

/** @returns the exit code: 0, or 1 when no device works */
export async function devicesCommand({ json, ...settings }: DevicesOptions): Promise<number> {
  const run = new NotebookRun(
    { dlnb: 1, metadata: {}, cells: [cell] },
    {
      start: () => startKernel({ device: 'auto', ...settings, cwd: process.cwd(), logDir: temporaryLogs() }),
      keepGoing: false,
    },
  );
  await run.run();
  if (json) process.stdout.write(`${JSON.stringify({ node: run.node ?? null, ...run.device }, null, 2)}\n`);
  else if (run.device) process.stdout.write(describe(run.device, run.node!));
  if (!run.failed) return 0;
  for (const output of run.outputs.of(cell.id)) process.stderr.write(`${outputText(output)}\n`);
  return 1;
}

function describe({ device, detail, refused }: DeviceState, node: string): string {
  const taken = device !== 'none';
  const rows = [
    ...(taken ? [[device, `taken: ${detail}`]] : []),
    ...refused.map(({ device, reason }) => [device, `${taken ? 'passed over' : 'not available'}: ${reason}`]),
    ['node', `${node} (${process.execPath})`],
  ];
  return rows.map(([name, text]) => `${name!.padEnd(8)}${text}\n`).join('');
}
