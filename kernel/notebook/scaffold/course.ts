// The entries of samples/index.json, and the README.md of a folder with all samples.

/** An entry of samples/index.json. */
export interface Sample {
  id: string;
  /** Name of the file beside the index. */
  file: string;
  title: string;
  part: string;
  /** Measured running time on the CPU of an ordinary machine, rounded up. */
  seconds: number;
  teaches: string;
  prerequisites: string;
}

/** A running time as a reader needs it: `a few seconds`, `20 s`, `2 min`. */
export function runningTime({ seconds }: Pick<Sample, 'seconds'>): string {
  if (seconds <= 5) return 'a few seconds';
  // Other machines differ by more than the steps of five
  if (seconds <= 90) return `${5 * Math.ceil(seconds / 5)}\u00a0s`;
  return `${Math.ceil(seconds / 60)}\u00a0min`;
}

/** The README.md of the course: a table of the notebooks in their order. */
export function courseReadme(samples: readonly Sample[]): string {
  const rows = samples.map(({ file, title, part, seconds, teaches, prerequisites }, i) => [
    String(i + 1),
    part === samples[i - 1]?.part ? '' : part,
    `[${title}](${file})`,
    runningTime({ seconds }),
    teaches,
    prerequisites,
  ]);
  const head = ['', 'part', 'notebook', 'runs\u00a0in', 'teaches', 'you need'];
  const line = (cells: readonly string[]) => `| ${cells.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;
  return [
    '# Deep learning in notebooks',
    '',
    'Open a notebook in VS Code with the extension DLNB and press *Run All*. Each notebook runs from top to bottom without a network connection, checks its own claims, asks for predictions, and has three exercises that grade themselves. Without an editor: `dlnb run <notebook>`.',
    '',
    line(head),
    `|${'---|'.repeat(head.length)}`,
    ...rows.map(line),
    '',
    'Which claims have held and which exercises you have solved: *DLNB: Course Progress* in VS Code, or `dlnb course`. It reads what your notebooks have saved.',
    '',
    'These are copies: change them as you like. *DLNB: New Sample Notebook…* makes another copy of a sample.',
    '',
  ].join('\n');
}
