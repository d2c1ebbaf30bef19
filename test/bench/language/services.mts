// What the benchmark of types in cells asks: our service about a notebook, and the TypeScript of VS Code, by its own
// protocol, about a file with the same text.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Cell } from '../../../kernel/language/document.ts';
import type { Language, NotebookLanguage } from '../../../kernel/language/notebook.ts';
import { projectOf } from '../../../kernel/language/project.ts';
import { root } from '../../vscode/server.mts';
import { endInFile, fileOf, startInFile } from './works.mts';

/** A place in a cell. Lines and characters from 0. */
export interface Place {
  cell: number;
  line: number;
  character: number;
}

/** A server that knows a text. */
export interface Service {
  /** Adds a text at the end of a cell. */
  add(cell: number, text: string): void;
  /** The names that may stand at a place. @param dot whether a dot was typed there */
  complete(place: Place, dot: boolean): Promise<string[]>;
  hover(place: Place): Promise<unknown>;
  /** All messages about errors. */
  errors(): Promise<string[]>;
  pid(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts the service of a build with a notebook. */
export function startCells(dist: string, dir: string, texts: readonly string[]): Service {
  const service = createRequire(join(dist, 'package.json'))(
    './language-service.js',
  ) as typeof import('../../../kernel/language/service.ts');
  const types = join(dist, 'types');
  const program = service.findProgram(dist);
  if (program === undefined) throw new Error(`there is no native TypeScript in ${dist}`);
  const language: Language = new service.Language({ program, types, folder: dir, log: console.error });
  let cells = texts.map((text, i): Cell => ({ id: `cell${i}`, kind: 'code', language: 'typescript', text }));
  const notebook: NotebookLanguage = language.open(join(dir, 'steps.dlnb'), cells);
  return {
    add: (index, text) => {
      cells = cells.map((cell, i) => (i === index ? { ...cell, text: cell.text + text } : cell));
      notebook.update(cells);
    },
    complete: async ({ cell, ...position }, dot) => {
      const context = dot ? { triggerKind: 2 as const, triggerCharacter: '.' } : { triggerKind: 1 as const };
      const { items } = await notebook.completion(`cell${cell}`, position, context);
      return items.map(({ label }) => label);
    },
    hover: ({ cell, ...position }) => notebook.hover(`cell${cell}`, position),
    errors: async () =>
      (await notebook.diagnostics()).filter(({ severity }) => severity === 'error').map(({ message }) => message),
    pid: async () => (await language.server.pid())!,
    stop: () => language.dispose(),
  };
}

const code = join(root, 'test/vscode/node_modules');
const node = join(code, `node-linux-${process.arch}/bin/node`);
const tsserver = join(code, 'code-server/lib/vscode/extensions/node_modules/typescript/lib/tsserver.js');

interface Message {
  request_seq?: number;
  success?: boolean;
  message?: string;
  body?: unknown;
}

/** Starts VS Code's own TypeScript with a file that has the text of the cells, and the same types. */
export function startFile(dist: string, dir: string, texts: readonly string[]): Service {
  if (!existsSync(tsserver)) throw new Error(`VS Code is not set up: ${tsserver} is missing`);
  const folder = join(dir, 'plain');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'steps.ts');
  let text = fileOf(texts);
  writeFileSync(file, text);
  writeFileSync(join(folder, 'tsconfig.json'), projectOf(join(dist, 'types'), folder, ['steps.ts']));
  // As VS Code starts it
  const args = ['--max-old-space-size=3072', tsserver, '--useInferredProjectPerProjectRoot'];
  const child = spawn(node, [...args, '--disableAutomaticTypingAcquisition', '--suppressDiagnosticEvents'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const { ask, tell } = protocolOf(child);
  tell('configure', {
    preferences: { includeCompletionsForModuleExports: true, includeCompletionsWithInsertText: true },
  });
  tell('updateOpen', { openFiles: [{ file, fileContent: text, scriptKindName: 'TS' }] });
  /** Lines and characters from 1. */
  const at = ({ cell, line, character }: Place) => ({
    file,
    line: text.slice(0, startInFile(text, cell)).split('\n').length + line,
    offset: character + 1,
  });
  return {
    add: (cell, newText) => {
      const end = endInFile(text, cell);
      const before = text.slice(0, end).split('\n');
      const place = { line: before.length, offset: before.at(-1)!.length + 1 };
      text = text.slice(0, end) + newText + text.slice(end);
      tell('updateOpen', {
        changedFiles: [{ fileName: file, textChanges: [{ start: place, end: place, newText }] }],
      });
    },
    complete: async (place, dot) => {
      const trigger = dot ? { triggerCharacter: '.', triggerKind: 2 } : { triggerKind: 1 };
      const found = await ask<{ entries: { name: string }[] }>('completionInfo', { ...at(place), ...trigger });
      return (found?.entries ?? []).map(({ name }) => name);
    },
    hover: (place) => ask('quickinfo', at(place)),
    errors: async () => {
      const kinds = ['syntacticDiagnosticsSync', 'semanticDiagnosticsSync', 'suggestionDiagnosticsSync'];
      const found = await Promise.all(kinds.map((kind) => ask<{ text: string; category: string }[]>(kind, { file })));
      return found.flatMap((list) => list ?? []).flatMap(({ text, category }) => (category === 'error' ? [text] : []));
    },
    pid: () => Promise.resolve(child.pid!),
    stop: async () => {
      const gone = new Promise((done) => child.once('exit', done));
      child.kill();
      await gone;
    },
  };
}

/** The protocol of VS Code's TypeScript: a line for each request, and answers with a head. */
function protocolOf(child: ChildProcess) {
  let last = 0;
  let rest = Buffer.alloc(0);
  const waiting = new Map<number, (answer: Message) => void>();
  child.stdout!.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const head = rest.indexOf('\r\n\r\n');
      const length = Number(/Content-Length: (\d+)/.exec(rest.toString('latin1', 0, Math.max(0, head)))?.[1]);
      if (head < 0 || rest.length < head + 4 + length) return;
      const message = JSON.parse(rest.toString('utf8', head + 4, head + 4 + length)) as Message;
      rest = rest.subarray(head + 4 + length);
      if (message.request_seq !== undefined) waiting.get(message.request_seq)?.(message);
    }
  });
  const tell = (command: string, args: unknown): number => {
    child.stdin!.write(`${JSON.stringify({ seq: ++last, type: 'request', command, arguments: args })}\n`);
    return last;
  };
  const ask = async <R,>(command: string, args: unknown): Promise<R | undefined> => {
    const seq = tell(command, args);
    const answer = await new Promise<Message>((done) => waiting.set(seq, done));
    waiting.delete(seq);
    // So it says that there is nothing at a place, as where a new name is typed
    if (!answer.success && answer.message !== 'No content available.') throw new Error(`${command}: ${answer.message}`);
    return answer.body as R | undefined;
  };
  return { ask, tell };
}

/** The memory of a process that is resident, its program included. */
export function megabytesOf(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return (Number(kilobytes) * 1024) / 1e6;
}
