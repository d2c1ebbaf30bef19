// Conformance with tfjs-layers, tfjs-data and tfjs-converter: their own specs on our library and the device `cpu`, or on
// TensorFlow.js as it is.
import { dist, runScript, type Conformance } from '../conformance/runner.mts';
import { bundlePeer, peers, type Peer, type PeerDevice } from './bundle.mts';
import { exceptionCounts } from './exceptions.mts';

/** Numbers of specs that hold with our library: if fewer run, some have been left out by mistake. */
const LEAST: Record<Peer, number> = { layers: 2_617, data: 183, converter: 658 };

export interface PeersOptions {
  /** Our library on `cpu` by default. */
  device?: PeerDevice;
  threads?: number;
  /** Only specs whose full name contains this. */
  grep?: string;
}

/** Runs the specs of some packages, all by default. Needs the build in dist/. */
export async function peerSpecs(chosen: readonly Peer[], options: PeersOptions = {}): Promise<Conformance> {
  const { device = 'cpu', ...rest } = options;
  const sum: Conformance = { passed: 0, failed: 0, detail: '' };
  for (const peer of chosen) {
    const script = await bundlePeer(peer, device);
    // Most specs are of tfjs-layers
    const shards = peer === 'layers' && rest.grep === undefined ? 2 : 1;
    const run = await runScript(script, {
      ...{ label: `tfjs-${peer} on ${device}`, least: LEAST[peer], task: { dist, ...rest }, shards },
    });
    sum.passed += run.passed;
    sum.failed += run.failed;
    sum.detail += `${run.detail}\nexceptions of tfjs-${peer}: ${exceptionCounts(peer)}\n`;
  }
  return sum;
}

export { peers };
