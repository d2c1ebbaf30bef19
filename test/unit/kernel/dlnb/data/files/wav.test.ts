// WAV files against what Python's wave module wrote: bits, channels, floats, extensible heads; and what is not read.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataIn, expected, fixtures } from './host.ts';

let folder = '';
beforeAll(() => void (folder = mkdtempSync(path.join(tmpdir(), 'dlnb-wav-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const sounds = dataIn(path.join(fixtures, 'wav'));

describe('a WAV file', () => {
  it.each(Object.entries(expected.wav))('is read: %s', async (name, samples) => {
    const sound = await sounds.wav(`./${name}.wav`);
    const channels = Number(name.split('-')[1]);
    expect(Array.from(sound.samples)).toEqual(samples);
    expect(sound.shape).toEqual([samples.length / channels, channels]);
    expect(sound.rate).toBe(name.startsWith('float') ? 16000 : name === '24-1' ? 44100 : 8000);
    expect(sound.seconds).toBe(sound.shape[0] / sound.rate);
  });

  it('becomes the mean of its channels', async () => {
    const { samples, shape } = await sounds.wav('16-2.wav', { mono: true });
    const both = expected.wav['16-2']!;
    expect(shape).toEqual([5, 1]);
    expect(Array.from(samples)).toEqual([0, 1, 2, 3, 4].map((i) => Math.fround((both[2 * i]! + both[2 * i + 1]!) / 2)));
  });
});

it('says what is wrong', async () => {
  await expect(sounds.wav('alaw.wav')).rejects.toThrow(/is coded as A-law, which is not read\. Convert it: ffmpeg/);
  await expect(sounds.wav('cut.wav')).rejects.toThrow(/is cut off: it should hold 10 bytes of sound, and 2 are there/);
  await expect(sounds.wav('16-1.wav', { stereo: true } as never)).rejects.toThrow(/there is no option "stereo"/);
  await expect(sounds.wav('16.wav')).rejects.toThrow(/there is no file .*16\.wav\. (Did you mean|Its folder holds)/);
  const read = (bytes: Uint8Array) => {
    writeFileSync(path.join(folder, 'x.wav'), bytes);
    return dataIn(folder).wav('x.wav');
  };
  const whole = readFileSync(path.join(fixtures, 'wav/16-1.wav'));
  await expect(read(whole.subarray(0, 30))).rejects.toThrow(/has a head that is cut off/);
  await expect(read(whole.subarray(0, 36))).rejects.toThrow(/has no sound in it: the part "data" is missing/);
  await expect(read(whole.subarray(0, 12))).rejects.toThrow(/has no format/);
  await expect(read(new Uint8Array(0))).rejects.toThrow(/is empty/);
  await expect(read(Buffer.from('RIFF\x04\0\0\0AVI ', 'latin1'))).rejects.toThrow(/is a RIFF file of the kind AVI/);
  await expect(read(Buffer.from('\x93NUMPY123456', 'latin1'))).rejects.toThrow(/not a WAV file but an array of NumPy/);
  const twelve = Buffer.from(whole);
  twelve.writeUInt16LE(12, 34);
  await expect(read(twelve)).rejects.toThrow(/has 12 bits a sample; 8, 16, 24, 32 are read/);
});
