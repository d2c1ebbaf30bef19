// Moves tensors into one buffer.
import type { WebGpuBackend } from './backend.ts';
import { Arena, type GpuData } from './data.ts';

/**
 * The arena that holds exactly these data; makes one if there is none yet. None of them may share its data with a
 * tensor that must stay as it is.
 */
export function arenaOf(backend: WebGpuBackend, data: readonly GpuData[]): Arena {
  const { arena } = data[0]!;
  return arena && data.every((d) => d.arena === arena) ? arena : makeArena(backend, data);
}

function makeArena(backend: WebGpuBackend, data: readonly GpuData[]): Arena {
  const { buffers, commands, device } = backend;
  const alignment = device.limits.minStorageBufferOffsetAlignment;
  const offsets: number[] = [];
  let bytes = 0;
  for (const d of data) {
    offsets.push(bytes);
    bytes += Math.ceil(d.bytes / alignment) * alignment;
  }
  backend.step?.beforeRead();
  const buffer = buffers.acquire(bytes);
  buffer.usedIn = commands.batch;
  data.forEach((d, i) => {
    backend.uploadToGPU(d);
    commands.copy({ from: d.resource!, offset: d.offset, to: buffer, toOffset: offsets[i]!, bytes: d.bytes });
    d.resource!.usedIn = commands.batch;
  });
  const arena = new Arena(buffer, bytes, data.length);
  data.forEach((d, i) => {
    backend.releaseBuffer(d);
    d.resource = buffer;
    d.offset = offsets[i]!;
    d.arena = arena;
  });
  return arena;
}
