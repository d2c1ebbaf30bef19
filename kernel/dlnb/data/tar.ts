// Reads the regular files of tar archives (POSIX ustar and older formats) in memory.

const BLOCK = 512;
const text = (bytes: Uint8Array, from: number, length: number): string => {
  const field = bytes.subarray(from, from + length);
  const end = field.indexOf(0);
  return Buffer.from(end < 0 ? field : field.subarray(0, end)).toString('latin1');
};

/**
 * Yields the regular files of an archive. Folders, links and extended headers are skipped.
 * @param name name of the archive, for errors
 * @throws Error if the checksum of a header is wrong or the archive ends too soon
 */
export function* readTar(archive: Uint8Array, name: string): Generator<{ name: string; bytes: Uint8Array }> {
  for (let at = 0; ;) {
    const header = archive.subarray(at, at + BLOCK);
    if (header.length < BLOCK) throw new Error(`${name} ends without the empty block that ends an archive`);
    if (header.every((b) => b === 0)) return;
    const size = octal(header, 124, 12);
    if (octal(header, 148, 8) !== checksum(header) || size === undefined)
      throw new Error(`${name} is not a tar archive, or is damaged at byte ${at}`);
    const begin = at + BLOCK;
    at = begin + Math.ceil(size / BLOCK) * BLOCK;
    if (begin + size > archive.length) throw new Error(`${name} ends within ${text(header, 0, 100)}`);
    const type = header[156]!;
    if (type !== 0 && type !== 0x30) continue;
    const prefix = text(header, 257, 5) === 'ustar' ? text(header, 345, 155) : '';
    yield { name: (prefix ? `${prefix}/` : '') + text(header, 0, 100), bytes: archive.subarray(begin, begin + size) };
  }
}

function octal(header: Uint8Array, from: number, length: number): number | undefined {
  const digits = text(header, from, length).trim();
  return /^[0-7]+$/.test(digits) ? parseInt(digits, 8) : undefined;
}

/** The sum of the header's bytes, with spaces instead of the checksum itself. */
function checksum(header: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 0x20 : header[i]!;
  return sum;
}
