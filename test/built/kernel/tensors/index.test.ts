// Functions and classes of the library have the names that they have in TensorFlow.js, although a bundle has several
// functions of one name: metrics, for one, are named after their functions in the history.
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { expect, it } from 'vitest';
import { dist, root } from '../../../paths.ts';

/** `{ "metrics.meanSquaredError": "meanSquaredError", … }` of a library; two of them cannot be in one process. */
function namesIn(module: string, key: string): Record<string, string> {
  const program = `
    const library = require(${JSON.stringify(module)})${key};
    const names = {};
    const look = (object, at, depth) => {
      for (const [key, value] of Object.entries(object)) {
        const path = at ? at + '.' + key : key;
        if (typeof value === 'function') names[path] = value.name;
        else if (value && typeof value === 'object' && [null, Object.prototype].includes(Object.getPrototypeOf(value)) && depth < 2) look(value, path, depth + 1);
      }
    };
    look(library, '', 0);
    for (const [name, [layer]] of Object.entries(library.serialization.SerializationMap.getMap().classNameMap))
      names['class ' + name] = layer.name;
    process.stdout.write('NAMES' + JSON.stringify(names));
    process.exit();`;
  const text = execFileSync(process.execPath, ['-e', program], { encoding: 'utf8', cwd: root, stdio: 'pipe' });
  return JSON.parse(text.slice(text.indexOf('NAMES') + 'NAMES'.length)) as Record<string, string>;
}

it('all functions and classes are named as in TensorFlow.js', () => {
  const ours = namesIn(path.join(dist, 'tf.js'), '.tf');
  const theirs = namesIn(createRequire(import.meta.url).resolve('@tensorflow/tfjs'), '');
  const shared = Object.keys(theirs).filter((name) => name in ours);
  expect(shared.length).toBeGreaterThan(400);
  // What the minified or older builds of the stock package have no name for is named after its key here
  const wrong = shared.filter((name) => ours[name] !== theirs[name] && ours[name] !== name.split('.').at(-1));
  expect(wrong.map((name) => `${name}: ${ours[name]}, not ${theirs[name]}`)).toEqual([]);
  expect(ours['metrics.meanSquaredError']).toBe('meanSquaredError');
  expect(ours['metrics.binaryAccuracy']).toBe('binaryAccuracy');
});
