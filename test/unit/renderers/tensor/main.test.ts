// In a workspace that is not trusted the tensor renderer neither sends nor hears messages.
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { RendererContext } from 'vscode-notebook-renderer';
import { activate } from '../../../../renderers/tensor/main.ts';

describe('the tensor renderer', () => {
  afterEach(() => vi.unstubAllGlobals());

  /** Whether it listens for messages after it was activated. */
  function listens(isTrusted: boolean): boolean {
    // The parts of a browser that following the theme needs
    vi.stubGlobal('document', {});
    vi.stubGlobal(
      'MutationObserver',
      class {
        observe() {}
      },
    );
    vi.stubGlobal('matchMedia', () => ({ addEventListener: () => {} }));
    const context = { workspace: { isTrusted }, postMessage: vi.fn(), onDidReceiveMessage: vi.fn() };
    void activate(context as unknown as RendererContext<void>);
    expect(context.postMessage).not.toHaveBeenCalled();
    return context.onDidReceiveMessage.mock.calls.length > 0;
  }

  it('talks with the kernel only if the workspace is trusted', () =>
    expect([listens(true), listens(false)]).toEqual([true, false]));
});
