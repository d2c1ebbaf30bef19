// Specs of tfjs-core that assert what is different here on purpose, on every device of ours, with the reasons
// (docs/differences.md).
const nan = 'NaN is the largest and the smallest, as in max and min, NumPy and PyTorch';

/** By the part of the spec's name that follows the name of the device. */
const specs: Record<string, [suite: string, reason: string][]> = {
  'ignores NaNs': [
    ['argmax', nan],
    ['argmin', nan],
  ],
  '3D, ignores NaNs': [['argmin', nan]],
};

/** The exceptions of a device, by the full names of specs. */
export const differentOnPurpose = (device: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(specs).flatMap(([spec, suites]) =>
      suites.map(([suite, reason]) => [`${suite} ${device} {} ${spec}`, reason]),
    ),
  );
