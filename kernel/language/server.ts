// TypeScript's native language server as a process: it is started, told of documents that are not on disk, asked, and
// started again when it dies. It knows nothing of cells.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  CancellationTokenSource,
  ConnectionError,
  createMessageConnection,
  ErrorCodes,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
  type CancellationToken,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import type { ClientCapabilities, ConfigurationItem, SemanticTokensLegend } from 'vscode-languageserver-protocol';
import type { Change } from './document.ts';

/** What a server needs. */
export interface ServerOptions {
  /** Path of the program `tsc`. */
  program: string;
  /** The folder that it is started for. */
  folder: string;
  /** The editor's settings of a section (`js/ts`, `typescript`, `editor`), if there is an editor. */
  settings?: (section: string) => unknown;
  /** Gets a line for people when something happens to the process. */
  log?: (line: string) => void;
  /** Called when it died too often and is not started again. @param reason a line for people */
  gaveUp?: (reason: string) => void;
}

/** The name of the configuration that the server looks for in the folders of documents. It is never on disk. */
export const CONFIG = '.dlnb.tsconfig.json';

/** What the server asks for. */
const SECTIONS = ['js/ts', 'typescript', 'javascript', 'editor'];

/** Modules that no import is offered of: parts of TensorFlow.js, and files of our own types. */
const NOT_OFFERED = ['^@tensorflow/tfjs-', '(^|/)dist/types/'];

/** Deaths in a minute after which it is not started again. */
const MOST_DEATHS = 5;
const MINUTE = 60_000;

const CAPABILITIES: ClientCapabilities = {
  general: { positionEncodings: ['utf-16'] },
  workspace: { configuration: true, workspaceEdit: { documentChanges: true } },
  textDocument: {
    synchronization: {},
    completion: {
      contextSupport: true,
      completionItem: {
        snippetSupport: true,
        documentationFormat: ['markdown', 'plaintext'],
        deprecatedSupport: true,
        labelDetailsSupport: true,
        insertReplaceSupport: true,
        tagSupport: { valueSet: [1] },
        resolveSupport: { properties: ['documentation', 'detail', 'additionalTextEdits'] },
      },
      completionList: { itemDefaults: ['commitCharacters', 'editRange', 'insertTextFormat', 'data'] },
    },
    hover: { contentFormat: ['markdown', 'plaintext'] },
    signatureHelp: {
      signatureInformation: {
        documentationFormat: ['markdown', 'plaintext'],
        activeParameterSupport: true,
      },
      contextSupport: true,
    },
    definition: {},
    typeDefinition: {},
    references: {},
    rename: { prepareSupport: true },
    documentHighlight: {},
    documentSymbol: { hierarchicalDocumentSymbolSupport: true },
    codeAction: {
      codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix', 'source', 'source.organizeImports'] } },
      dataSupport: true,
      resolveSupport: { properties: ['edit'] },
    },
    semanticTokens: {
      requests: { full: true, range: true },
      tokenTypes: [
        ...['namespace', 'class', 'enum', 'interface', 'struct', 'typeParameter', 'type', 'parameter', 'variable'],
        ...['property', 'enumMember', 'decorator', 'event', 'function', 'method', 'macro', 'label', 'comment'],
        ...['string', 'keyword', 'number', 'regexp', 'operator'],
      ],
      tokenModifiers: [
        ...['declaration', 'definition', 'readonly', 'static', 'deprecated', 'abstract', 'async', 'modification'],
        ...['documentation', 'defaultLibrary', 'local'],
      ],
      formats: ['relative'],
    },
    inlayHint: {},
    foldingRange: { lineFoldingOnly: true },
    formatting: {},
    rangeFormatting: {},
    diagnostic: { relatedInformation: true, tagSupport: { valueSet: [1, 2] } },
    publishDiagnostics: { relatedInformation: true, tagSupport: { valueSet: [1, 2] } },
  },
};

interface Document {
  languageId: string;
  version: number;
  text: () => string;
}

/** The server is not to be had any more: it died too often, or its owner ended it. */
export class ServerEndedError extends Error {
  override name = 'ServerEndedError';
}

/** A running server. */
interface Session {
  process: ChildProcess;
  connection: MessageConnection;
  legend: SemanticTokensLegend | undefined;
}

/**
 * Finds the native program of this platform.
 * @param dist the folder `dist` of the product
 * @returns undefined where the package has none
 */
export function findProgram(dist: string): string | undefined {
  const file = path.join(dist, 'typescript', 'lib', process.platform === 'win32' ? 'tsc.exe' : 'tsc');
  return existsSync(file) ? file : undefined;
}

/** One server for any number of documents. It starts with the first document or request. */
export class LanguageServer {
  private readonly documents = new Map<string, Document>();
  private session: Promise<Session> | undefined;
  /** The server that knows all documents. */
  private ready: Session | undefined;
  private deaths: number[] = [];
  private ended: ServerEndedError | undefined;
  private isDisposed = false;

  constructor(private readonly options: ServerOptions) {}

  /** The process id of the server, if it runs. */
  async pid(): Promise<number | undefined> {
    return (await this.start()).process.pid;
  }

  /** How the server numbers the types of semantic tokens. */
  async legend(): Promise<SemanticTokensLegend | undefined> {
    return (await this.start()).legend;
  }

  /** Opens a document, or gives an open one a new text. @param text called again when the server is started again */
  open(uri: string, languageId: string, text: () => string): void {
    const open = this.documents.get(uri);
    const document = { languageId, version: (open?.version ?? 0) + 1, text };
    this.documents.set(uri, document);
    if (open) this.tell('textDocument/didChange', changed(uri, document.version, [{ text: text() }]));
    else this.tell('textDocument/didOpen', opened(uri, document));
  }

  /** Tells the server a change of an open document, whose `text` is the new one already. */
  change(uri: string, change: Change): void {
    const document = this.documents.get(uri);
    if (document) this.tell('textDocument/didChange', changed(uri, ++document.version, [change]));
  }

  close(uri: string): void {
    if (this.documents.delete(uri)) this.tell('textDocument/didClose', { textDocument: { uri } });
  }

  /** Tells that files on disk have changed: 1 created, 2 changed, 3 deleted. */
  filesChanged(changes: readonly { uri: string; type: 1 | 2 | 3 }[]): void {
    this.tell('workspace/didChangeWatchedFiles', { changes });
  }

  /** Tells that the editor's settings have changed. */
  settingsChanged(): void {
    const settings = Object.fromEntries(SECTIONS.map((section) => [section, this.settings(section)]));
    this.tell('workspace/didChangeConfiguration', { settings });
  }

  /**
   * Asks the server. A request that its death cuts off is asked again.
   * @throws ServerEndedError; the error of the server; or that of a request that was canceled
   */
  async request<R>(method: string, params: unknown, token?: CancellationToken): Promise<R> {
    for (;;) {
      const session = await this.start();
      const { died, settle } = whenClosed(session.connection);
      try {
        const answer = session.connection.sendRequest<R>(method, params, token ?? new CancellationTokenSource().token);
        // It is never settled when the connection is gone
        answer.catch(() => {});
        const result = await Promise.race([answer, died]);
        if (result !== CLOSED) return result;
      } catch (e) {
        if (!isClosed(session) && !isCut(e)) throw e;
        // The connection is gone before the process is
        session.process.kill();
        await died;
      } finally {
        settle();
      }
      if (token?.isCancellationRequested) throw new ServerEndedError('canceled');
    }
  }

  /** Starts it once more after it was given up. */
  again(): void {
    if (this.isDisposed) return;
    this.ended = undefined;
    this.deaths = [];
    void this.start().catch(() => {});
  }

  /** Ends the server for good. */
  async dispose(): Promise<void> {
    this.isDisposed = true;
    this.ended = new ServerEndedError('TypeScript has been ended.');
    this.documents.clear();
    const session = await this.session?.catch(() => undefined);
    this.session = undefined;
    this.ready = undefined;
    if (!session) return;
    session.connection.dispose();
    session.process.stdin?.end();
    session.process.kill();
  }

  /** Sends a notification to a server that runs. One that is started is told of all documents as they are then. */
  private tell(method: string, params: unknown): void {
    if (this.ready) void this.ready.connection.sendNotification(method, params).catch(() => {});
    else void this.start().catch(() => {});
  }

  private start(): Promise<Session> {
    if (this.ended) return Promise.reject(this.ended);
    this.session ??= this.launch();
    return this.session;
  }

  private async launch(): Promise<Session> {
    const { program, folder } = this.options;
    const child = spawn(program, ['--lsp', '--stdio'], { cwd: existsSync(folder) ? folder : undefined });
    const connection = createMessageConnection(
      new StreamMessageReader(child.stdout),
      new StreamMessageWriter(child.stdin),
    );
    const session: Session = { process: child, connection, legend: undefined };
    child.stdin.on('error', () => {});
    child.stderr.resume();
    child.once('error', (e) => this.died(session, e.message));
    child.once('exit', (code, signal) => this.died(session, signal ?? `code ${code}`));
    connection.onError(() => {});
    connection.onRequest('workspace/configuration', ({ items }: { items: ConfigurationItem[] }) =>
      items.map(({ section }) => this.settings(section ?? '')),
    );
    connection.onRequest('client/registerCapability', () => null);
    connection.onRequest('client/unregisterCapability', () => null);
    connection.onRequest(() => null);
    connection.onNotification(() => {});
    connection.listen();
    const { died, settle } = whenClosed(connection);
    const uri = pathToFileURL(folder).href;
    const begun = connection.sendRequest<{
      capabilities: { semanticTokensProvider?: { legend: SemanticTokensLegend } };
    }>('initialize', {
      processId: process.pid,
      rootUri: uri,
      workspaceFolders: [{ uri, name: path.basename(folder) }],
      capabilities: CAPABILITIES,
      initializationOptions: { disablePushDiagnostics: true },
    });
    begun.catch(() => {});
    const answer = await Promise.race([begun, died]);
    settle();
    if (answer === CLOSED) return this.start();
    session.legend = answer.capabilities.semanticTokensProvider?.legend;
    await connection.sendNotification('initialized', {});
    // Everything that was said so far
    for (const [uri, document] of this.documents)
      void connection.sendNotification('textDocument/didOpen', opened(uri, document)).catch(() => {});
    this.ready = session;
    return session;
  }

  private settings(section: string): unknown {
    const own = (this.options.settings?.(section) ?? {}) as {
      tsserver?: object;
      preferences?: { autoImportSpecifierExcludeRegexes?: readonly string[] };
    };
    const { autoImportSpecifierExcludeRegexes = [] } = own.preferences ?? {};
    return {
      ...own,
      preferences: {
        ...own.preferences,
        autoImportSpecifierExcludeRegexes: [...autoImportSpecifierExcludeRegexes, ...NOT_OFFERED],
      },
      // The notebooks' own configuration, which stands in a document that is open
      ...(section === 'js/ts' && { customConfigFileName: CONFIG }),
      // It would run `npm install` in the user's name, by itself
      disableAutomaticTypeAcquisition: true,
      tsserver: { ...own.tsserver, automaticTypeAcquisition: { enabled: false } },
    };
  }

  private died(session: Session, reason: string): void {
    if (isClosed(session)) return;
    if (this.ready === session) this.ready = undefined;
    session.connection.dispose();
    closed.get(session.connection)?.forEach((close) => close());
    closedConnections.add(session.connection);
    if (this.ended) return;
    const now = Date.now();
    this.deaths = [...this.deaths.filter((at) => now - at < MINUTE), now];
    this.session = undefined;
    if (this.deaths.length >= MOST_DEATHS) {
      const often = `TypeScript has ended ${MOST_DEATHS} times in a minute (${reason}) and is not started again.`;
      this.ended = new ServerEndedError(often);
      this.options.log?.(often);
      this.options.gaveUp?.(often);
      return;
    }
    this.options.log?.(`TypeScript has ended (${reason}) and is started again.`);
    void this.start().catch(() => {});
  }
}

/** Whether a request has no answer because it could not be sent. */
const isCut = (e: unknown): boolean =>
  e instanceof ConnectionError ||
  (e instanceof ResponseError && UNSENT.has(e.code)) ||
  ['EPIPE', 'ERR_STREAM_DESTROYED'].includes((e as { code?: string }).code ?? '');

const UNSENT: ReadonlySet<number> = new Set([
  ErrorCodes.MessageWriteError,
  ErrorCodes.MessageReadError,
  ErrorCodes.PendingResponseRejected,
  ErrorCodes.ConnectionInactive,
]);

const CLOSED = Symbol('closed');
const closed = new WeakMap<MessageConnection, Set<() => void>>();
const closedConnections = new WeakSet<MessageConnection>();
const isClosed = ({ connection }: Session) => closedConnections.has(connection);

/** A promise of the end of a connection. @returns with what takes it back */
function whenClosed(connection: MessageConnection): { died: Promise<typeof CLOSED>; settle: () => void } {
  const list = closed.get(connection) ?? new Set<() => void>();
  closed.set(connection, list);
  let close = () => {};
  const died = new Promise<typeof CLOSED>((done) => (close = () => done(CLOSED)));
  if (closedConnections.has(connection)) close();
  list.add(close);
  return { died, settle: () => list.delete(close) };
}

const opened = (uri: string, { languageId, version, text }: Document) => ({
  textDocument: { uri, languageId, version, text: text() },
});

const changed = (uri: string, version: number, contentChanges: unknown[]) => ({
  textDocument: { uri, version },
  contentChanges,
});
