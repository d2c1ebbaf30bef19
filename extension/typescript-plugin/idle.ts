// The TypeScript server of VS Code builds its program again for each file that is opened, and a notebook of 500 cells
// opens 500 at once: ten seconds, in which it answers nothing, and for what it answers about cells VS Code waits. Where
// the extension has a server of its own, this one reads cells when something is asked that only it knows.
import type ts from 'typescript';

type Session = ts.server.Session<unknown>;

/** What VS Code asks by itself while somebody opens, reads and types, and the answer about a cell: none. */
const UNASKED: ReadonlyMap<string, object | undefined> = new Map([
  ['completionInfo', undefined],
  ['quickinfo', undefined],
  ['signatureHelp', undefined],
  ['documentHighlights', []],
  ['encodedSemanticClassifications-full', { spans: [], endOfLineState: 0 }],
  ['provideInlayHints', []],
  ['getOutliningSpans', []],
]);
/** Asks for diagnostics, which come later. */
const DIAGNOSTICS = 'geterr';
/** Open files. */
const OPENING: ReadonlySet<string> = new Set(['updateOpen', 'open']);

/** A file in a request; of a part of it VS Code names the ranges, too. */
type Asked = string | { file: string };
interface Arguments {
  file?: unknown;
  files?: Asked[];
}

const gates = new WeakMap<Session, { isOpening: boolean }>();

/**
 * Spares a server what it would do for cells.
 * @param info a project of the server
 * @param isCell whether a file is a cell
 */
export function restInCells(info: ts.server.PluginCreateInfo, isCell: (file: string) => boolean): void {
  const { session, project } = info;
  if (!session) return;
  const gate = gates.get(session) ?? watch(session, isCell);
  const update = project.updateGraph.bind(project);
  project.updateGraph = () => {
    const opened = gate.isOpening ? project.getRootFiles().at(-1) : undefined;
    // It stays marked as out of date, and the first question that needs it brings it up to date
    return opened !== undefined && isCell(opened) ? false : update();
  };
}

/** Answers questions of a session. @returns whether files are being opened now */
function watch(session: Session, isCell: (file: string) => boolean): { isOpening: boolean } {
  // The first project is made while a file is opened
  const gate = { isOpening: true };
  gates.set(session, gate);
  setImmediate(() => (gate.isOpening = false));
  const execute = session.executeCommand.bind(session);
  session.executeCommand = (request) => {
    const { command } = request;
    const { file, files } = (request.arguments ?? {}) as Arguments;
    if (typeof file === 'string' && UNASKED.has(command) && isCell(file))
      return { response: UNASKED.get(command), responseRequired: true };
    if (command === DIAGNOSTICS && files) {
      const others = files.filter((asked) => !isCell(typeof asked === 'string' ? asked : asked.file));
      // Without files it says at once that it has ended
      return execute({ ...request, arguments: { ...request.arguments, files: others } });
    }
    gate.isOpening = OPENING.has(command);
    try {
      return execute(request);
    } finally {
      gate.isOpening = false;
    }
  };
  return gate;
}
