// Where settings may come from: what starts a program or chooses its machine belongs to a machine, and a workspace that
// is not trusted has no say in it.
import { expect, it } from 'vitest';
import manifest from '../../../package.json' with { type: 'json' };

const { configuration } = manifest.contributes;
const scopes = Object.fromEntries(Object.entries(configuration.properties).map(([name, { scope }]) => [name, scope]));
const { restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;

it('the settings of the kernel belong to the machine, and not to a workspace that is not trusted', () => {
  const ofKernel = ['dlnb.nodePath', 'dlnb.device', 'dlnb.threads'];
  expect(ofKernel.map((name) => scopes[name])).toEqual(ofKernel.map(() => 'machine-overridable'));
  expect(restrictedConfigurations.toSorted()).toEqual(ofKernel.toSorted());
});

it('the questions belong to the user, and the patience to the window', () => {
  expect(scopes['dlnb.confirmRestart']).toBe('application');
  expect(scopes['dlnb.interruptTimeout']).toBe('window');
});
