// `data.wav`: sound in WAV files (Microsoft's RIFF WAVE: PCM of 8, 16, 24 and 32 bits, floats of 32 and 64).
import { checkOptions, type OptionNames } from '../../options.ts';
import { locate, readBytes, wrongKind, type FileHost, type FilePath } from './locate.ts';

/** A sound: `tf.tensor2d(sound.samples, sound.shape)`. */
export interface Sound {
  /** Amplitudes in [−1, 1], the channels of a moment side by side: `[frames, channels]`. */
  samples: Float32Array;
  /** `[frames, channels]`, the shape of {@link samples}. */
  shape: [frames: number, channels: number];
  /** Samples a second of each channel, in hertz. */
  rate: number;
  /** Length in seconds. */
  seconds: number;
}

/** Options of `data.wav`. */
export interface WavOptions {
  /** Take the mean of all channels; the sound then has one. False by default. */
  mono?: boolean;
}

const OPTIONS: OptionNames<WavOptions> = { mono: 'boolean' };

const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;
/** Other ways of coding, for errors. */
const CODINGS: Record<number, string> = { 2: 'ADPCM', 6: 'A-law', 7: 'µ-law', 0x11: 'IMA ADPCM', 0x55: 'MP3' };

/** Reads a WAV file. See `data.wav`. */
export async function readWav(host: FileHost, file: FilePath, options: WavOptions = {}): Promise<Sound> {
  checkOptions('data.wav', options, OPTIONS);
  const at = locate('data.wav', file, host);
  const sound = parseWav(await readBytes('data.wav', file, host), at);
  return options.mono && sound.shape[1] > 1 ? mixed(sound) : sound;
}

function mixed({ samples, shape: [frames, channels], ...rest }: Sound): Sound {
  const mean = Float32Array.from({ length: frames }, (_, i) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += samples[i * channels + c]!;
    return sum / channels;
  });
  return { ...rest, samples: mean, shape: [frames, 1] };
}

/** How the samples of a file are coded. */
interface Format {
  coding: number;
  channels: number;
  rate: number;
  bits: number;
}

/** Reads the bytes of a WAV file. @param at the file, for errors */
export function parseWav(bytes: Uint8Array, at: string): Sound {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const name = (from: number) => Buffer.from(bytes.subarray(from, from + 4)).toString('latin1');
  const fault = (what: string) => new Error(`data.wav: ${at} ${what}`);
  if (bytes.length < 12 || name(0) !== 'RIFF' || name(8) !== 'WAVE')
    throw name(0) === 'RIFF' || name(0) === 'RIFX' || name(0) === 'RF64'
      ? fault(`is a ${name(0)} file of the kind ${name(8).trim()}, and no WAV file that is read here. ${convert}`)
      : wrongKind('data.wav', at, bytes, 'a WAV file');
  let format: Format | undefined;
  for (let from = 12; from + 8 <= bytes.length;) {
    const size = view.getUint32(from + 4, true);
    const begin = from + 8;
    if (name(from) === 'fmt ') format = formatAt(view, begin, size, fault);
    if (name(from) === 'data') {
      if (!format) throw fault('has samples before their format. Write it again with another program.');
      // Programs that write to a pipe do not know the size
      const open = size === 0xffffffff || (size === 0 && begin < bytes.length);
      if (!open && begin + size > bytes.length)
        throw fault(`is cut off: it should hold ${size} bytes of sound, and ${bytes.length - begin} are there. Copy or record it again.`); // prettier-ignore
      return soundOf(view, begin, open ? bytes.length - begin : size, format);
    }
    // Parts begin at even places
    from = begin + size + (size % 2);
  }
  throw fault(
    `has no ${format ? 'sound in it: the part "data" is missing' : 'format: the part "fmt " is missing'}. Copy or record it again.`,
  );
}

const convert = 'Convert it: ffmpeg -i in.wav -c:a pcm_s16le out.wav';

function formatAt(view: DataView, at: number, size: number, fault: (what: string) => Error): Format {
  if (size < 16 || at + size > view.byteLength) throw fault('has a head that is cut off. Copy or record it again.');
  const tag = view.getUint16(at, true);
  const coding = tag === EXTENSIBLE && size >= 26 ? view.getUint16(at + 24, true) : tag;
  const channels = view.getUint16(at + 2, true);
  const rate = view.getUint32(at + 4, true);
  const bits = view.getUint16(at + 14, true);
  const known = coding === PCM ? [8, 16, 24, 32] : coding === FLOAT ? [32, 64] : [];
  if (known.length === 0)
    throw fault(`is coded as ${CODINGS[coding] ?? `number ${coding}`}, which is not read. ${convert}`);
  if (!known.includes(bits)) throw fault(`has ${bits} bits a sample; ${known.join(', ')} are read. ${convert}`);
  if (channels === 0 || rate === 0) throw fault('has a head that says no channels or no rate. Record it again.');
  return { coding, channels, rate, bits };
}

function soundOf(view: DataView, from: number, size: number, { coding, channels, rate, bits }: Format): Sound {
  const bytes = bits / 8;
  const frames = Math.floor(size / (bytes * channels));
  const samples = new Float32Array(frames * channels);
  const read: Record<number, (at: number) => number> = {
    // Eight bits are without sign, silence is 128
    8: (at) => (view.getUint8(at) - 128) / 128,
    16: (at) => view.getInt16(at, true) / 2 ** 15,
    24: (at) => ((view.getInt8(at + 2) << 16) | view.getUint16(at, true)) / 2 ** 23,
    32: (at) => (coding === FLOAT ? view.getFloat32(at, true) : view.getInt32(at, true) / 2 ** 31),
    64: (at) => view.getFloat64(at, true),
  };
  const value = read[bits]!;
  for (let i = 0; i < samples.length; i++) samples[i] = value(from + i * bytes);
  return { samples, shape: [frames, channels], rate, seconds: frames / rate };
}
