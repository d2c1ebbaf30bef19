// `node test/differential/run.mts [--programs N] [--seed N] [--describe N]`: the differential test alone, on the build in dist/.
import { parseArgs } from 'node:util';
import { differential } from './differential.mts';

const { values } = parseArgs({
  options: {
    programs: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    describe: { type: 'string', default: '10' },
  },
});
const { passed, failed, detail } = await differential({
  programs: Number(values.programs),
  seed: Number(values.seed),
  describe: Number(values.describe),
  log: console.log,
});
console.log(detail);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
