// TypeScript's server as VS Code starts it, with the plugin's part that spares it the reading of cells.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import ts from 'typescript';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { restInCells } from '../../../../extension/typescript-plugin/idle.ts';
import { notebookOf } from '../../../../extension/typescript-plugin/names.ts';

interface Message {
  type: string;
  event?: string;
  request_seq?: number;
  success?: boolean;
  body?: unknown;
}

/** The plugin, or one that does nothing. */
const plugin =
  (rests: boolean): ts.server.PluginModuleFactory =>
  () => ({
    create: (info) => {
      if (rests) restInCells(info, (file) => notebookOf(file) !== undefined);
      return info.languageService;
    },
  });

/** A session in this process. */
function start(rests: boolean) {
  let graphs = 0;
  const sent: Message[] = [];
  const host: ts.server.ServerHost = {
    ...ts.sys,
    watchFile: () => ({ close() {} }),
    watchDirectory: () => ({ close() {} }),
    setTimeout,
    clearTimeout,
    setImmediate,
    clearImmediate,
    require: () => ({ module: plugin(rests), error: undefined }),
  } as ts.server.ServerHost;
  const logger: ts.server.Logger = {
    close() {},
    hasLevel: () => true,
    loggingEnabled: () => true,
    perftrc() {},
    info: (text) => void (text.startsWith('Starting updateGraphWorker') && graphs++),
    startGroup() {},
    endGroup() {},
    msg() {},
    getLogFileName: () => undefined,
  };
  class Session extends ts.server.Session {
    public override send(message: ts.server.protocol.Message): void {
      sent.push(message as Message);
    }
  }
  const session = new Session({
    host,
    cancellationToken: ts.server.nullCancellationToken,
    useSingleInferredProject: false,
    useInferredProjectPerProjectRoot: true,
    typingsInstaller: ts.server.nullTypingsInstaller,
    byteLength: Buffer.byteLength,
    hrtime: process.hrtime,
    logger,
    canUseEvents: true,
    noGetErrOnBackgroundUpdate: true,
    globalPlugins: ['idle'],
    pluginProbeLocations: ['/'],
  });
  let seq = 0;
  const ask = (command: string, args: object): Message | undefined => {
    session.onMessage(JSON.stringify({ seq: ++seq, type: 'request', command, arguments: args }));
    return sent.find((message) => message.request_seq === seq);
  };
  return { ask, sent, graphs: () => graphs };
}

describe('the TypeScript server of VS Code, with a notebook of many cells', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'dlnb-idle-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const cell = (i: number) => `^/vscode-notebook-cell/authority${folder}/steps.dlnb#W${i}`;
  const openCells = (count: number) =>
    Array.from({ length: count }, (_, i) => ({
      file: cell(i),
      fileContent: `import fs from 'node:fs';\nconst x${i} = fs.existsSync('a' + 'b');\n`,
      projectRootPath: folder,
      scriptKindName: 'TS',
    }));
  const at = { line: 2, offset: 16 };

  it('builds no program when cells are opened, asked about, and looked at for errors', async () => {
    const { ask, sent, graphs } = start(true);
    expect(ask('updateOpen', { openFiles: openCells(60) })).toMatchObject({ success: true });
    expect(ask('completionInfo', { file: cell(3), ...at })).toMatchObject({ success: false });
    expect(ask('quickinfo', { file: cell(3), ...at })).toMatchObject({ success: false });
    expect(ask('documentHighlights', { file: cell(3), ...at, filesToSearch: [cell(3)] })?.body).toEqual([]);
    expect(ask('getOutliningSpans', { file: cell(3) })?.body).toEqual([]);
    ask('geterr', { delay: 0, files: [cell(3), { file: cell(4), ranges: [] }] });
    await expect.poll(() => sent.map(({ event }) => event)).toContain('requestCompleted');
    expect(sent.filter(({ event }) => event?.endsWith('Diag'))).toEqual([]);
    expect(graphs()).toBe(0);
  });

  it('builds it once for what only this server knows, also after more cells and other texts', () => {
    const { ask, graphs } = start(true);
    ask('updateOpen', { openFiles: openCells(60) });
    const selection = { startLine: 2, startOffset: 26, endLine: 2, endOffset: 35, triggerReason: 'invoked' };
    const refactors = () => {
      const found = ask('getApplicableRefactors', { file: cell(3), ...selection })!.body as { name: string }[];
      return found.map(({ name }) => name);
    };
    expect(refactors()).toContain('Extract Symbol');
    expect(graphs()).toBe(1);
    const openFiles = openCells(90).slice(60);
    const place = { line: 1, offset: 1 };
    const textChanges = [{ start: place, end: place, newText: '// A comment\n' }];
    ask('updateOpen', { openFiles, changedFiles: [{ fileName: cell(3), textChanges }] });
    Object.assign(selection, { startLine: 3, endLine: 3 });
    expect(refactors()).toContain('Extract Symbol');
    expect(ask('organizeImports', { scope: { type: 'file', args: { file: cell(80) } } })).toMatchObject({
      success: true,
    });
    expect(graphs()).toBe(2);
  });

  it.each([false, true])(
    'serves the files beside the notebook as ever; with a tsconfig.json: %s',
    async (isConfigured) => {
      if (isConfigured) writeFileSync(path.join(folder, 'tsconfig.json'), '{}');
      const file = path.join(folder, 'plain.ts');
      const fileContent = "const s: number = 'text';\nconst t = 'text';\nt.";
      writeFileSync(file, fileContent);
      const { ask, sent, graphs } = start(true);
      const plain = { file, fileContent, projectRootPath: folder, scriptKindName: 'TS' };
      ask('updateOpen', { openFiles: [...openCells(20), plain, ...openCells(40).slice(20)] });
      const found = ask('completionInfo', { file, line: 3, offset: 3 })!.body as { entries: { name: string }[] };
      expect(found.entries.map(({ name }) => name)).toContain('toUpperCase');
      ask('geterr', { delay: 0, files: [cell(3), file] });
      await expect.poll(() => sent.map(({ event }) => event)).toContain('requestCompleted');
      const errors = sent.filter(({ event }) => event === 'semanticDiag').map(({ body }) => body);
      expect(errors).toMatchObject([{ file, diagnostics: [{ code: 2322 }] }]);
      // The project of the cells, where the file has its own, needs none
      expect(graphs()).toBe(isConfigured ? 1 : 2);
    },
  );

  it('reads as many programs as cells without the plugin, which is why it exists', () => {
    const { ask, graphs } = start(false);
    ask('updateOpen', { openFiles: openCells(20) });
    expect(graphs()).toBe(20);
  });
});
