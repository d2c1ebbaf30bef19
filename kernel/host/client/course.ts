// The progress of a course, read from the outputs that its notebooks have kept: which claims held, which exercises are
// solved, how well models did. Nothing runs.
import type { Notebook } from '../../notebook/format/types.ts';
import { readMarks, type ClaimMark, type ExerciseMark, type ResultMark } from '../../wire/course.ts';

/** What a notebook says of itself. */
export interface NotebookProgress {
  file: string;
  title: string;
  /** Whether any cell has an output. */
  ran: boolean;
  /** Each claim once, as it was last checked. */
  claims: ClaimMark[];
  /** Those that were tried, each once; solved if one try was. */
  exercises: ExerciseMark[];
  results: ResultMark[];
  /** Why the file cannot be read. */
  problem?: string;
}

/** Reads a notebook. @param file its name, the title of one without a heading */
export function progressOf(file: string, notebook: Notebook): NotebookProgress {
  const claims = new Map<string, ClaimMark>();
  const exercises = new Map<string, ExerciseMark>();
  const results: ResultMark[] = [];
  const outputs = notebook.cells.flatMap((cell) => (cell.kind === 'code' ? cell.outputs : []));
  for (const item of outputs.flatMap(({ items }) => items)) {
    if (!('json' in item)) continue;
    const marks = readMarks(item.mime, item.json);
    for (const mark of marks.claims ?? []) claims.set(mark.claim, mark);
    if (marks.exercise) {
      const { name, solved } = marks.exercise;
      exercises.set(name, { name, solved: solved || exercises.get(name)?.solved === true });
    }
    if (marks.result) results.push(marks.result);
  }
  return {
    file,
    title: headingOf(notebook) ?? file.replace(/\.dlnb$/i, ''),
    ran: outputs.length > 0,
    claims: [...claims.values()],
    exercises: [...exercises.values()],
    results,
  };
}

/** The text of the first heading, without marks. */
export function headingOf({ cells }: Notebook): string | undefined {
  for (const { kind, source } of cells) {
    const heading = kind === 'markdown' ? /^#[ \t]+(.*?)[ \t]*#*$/m.exec(source)?.[1] : undefined;
    if (heading) return heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[*_`$]/g, '');
  }
  return undefined;
}

/** The title of a course: the first heading of its README.md. */
export const courseTitle = (readme: string): string | undefined => /^#[ \t]+(.+?)[ \t]*#*$/m.exec(readme)?.[1];

/**
 * The notebooks of a folder in their order: as a README.md links to them, then the others by name.
 * @param names of all files in the folder
 */
export function courseOrder(names: readonly string[], readme = ''): string[] {
  const notebooks = names.filter((name) => /\.dlnb$/i.test(name)).sort();
  const linked = [...readme.matchAll(/\]\(\s*<?(?:\.\/)?([^)<>\s#]+\.dlnb)/gi)].map(([, name]) => decoded(name!));
  const first = [...new Set(linked)].filter((name) => notebooks.includes(name));
  return [...first, ...notebooks.filter((name) => !first.includes(name))];
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** `17 held`, `3 of 17 wrong`, `–` where none was checked. */
export function claimsText({ claims }: Pick<NotebookProgress, 'claims'>): string {
  const wrong = claims.filter(({ holds }) => !holds).length;
  if (claims.length === 0) return '–';
  return wrong > 0 ? `${wrong} of ${claims.length} wrong` : `${claims.length} held`;
}

/** `1 of 3`, `–` where none was tried. */
export function exercisesText({ exercises }: Pick<NotebookProgress, 'exercises'>): string {
  if (exercises.length === 0) return '–';
  return `${exercises.filter(({ solved }) => solved).length} of ${exercises.length}`;
}

/** `2 of 35 notebooks have run, 40 claims held, 3 of 6 exercises solved`. */
export function totalText(notebooks: readonly NotebookProgress[]): string {
  const claims = notebooks.flatMap((n) => n.claims);
  const exercises = notebooks.flatMap((n) => n.exercises);
  const held = claims.filter(({ holds }) => holds).length;
  const parts = [
    `${notebooks.filter(({ ran }) => ran).length} of ${notebooks.length} notebooks have run`,
    `${held} ${held === 1 ? 'claim' : 'claims'} held`,
    ...(held < claims.length ? [`${claims.length - held} wrong`] : []),
    `${exercises.filter(({ solved }) => solved).length} of ${exercises.length} exercises solved`,
  ];
  return parts.join(', ');
}

/** A line of the table of results. */
export interface CourseResult extends ResultMark {
  /** The file and the title of its notebook. */
  file: string;
  title: string;
}

/** The results of all notebooks by data set, the smallest error first. */
export function resultsByDataset(notebooks: readonly NotebookProgress[]): Map<string, CourseResult[]> {
  const all = notebooks.flatMap(({ file, title, results }) => results.map((result) => ({ ...result, file, title })));
  const sets = [...new Set(all.map(({ dataset }) => dataset))].sort();
  return new Map(sets.map((set) => [set, all.filter((r) => r.dataset === set).sort((a, b) => a.error - b.error)]));
}
