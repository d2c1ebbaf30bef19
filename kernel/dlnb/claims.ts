// The claims that `check` has checked: marks under the cell that claims them, and the table of all.
import { html, type MarkupValue } from '../outputs/html.ts';
import { CLAIMS, MOST_CLAIMS, RESULT, type Result } from '../wire/course.ts';
import { DISPLAY, type Displayable } from '../wire/displayable.ts';

/** A claim as it was last checked. */
export interface Claim {
  claim: string;
  holds: boolean;
  /** What came, and what was expected, where the claim is about numbers. */
  came?: string | undefined;
  expected?: string | undefined;
  /** Where the claim is from: a paper, a page of notes. */
  source?: string | undefined;
  /** The cell: `cell 3`. */
  cell?: string | undefined;
}

/** What claims need from their session. */
export interface ClaimsHost {
  /** The run of a cell that the caller belongs to. */
  run(): object;
  /** The name of the cell that the caller belongs to. */
  cell(): string | undefined;
  /** Shows a value in place of the last one with this id. */
  display(value: Displayable, id: string): void;
}

/** The marks of one run. */
interface Marks {
  id: string;
  claims: Map<string, Claim>;
  waiting: boolean;
}

/** A cell marks at most so many claims; the table has all. */
const MOST_MARKS = 100;

export class Claims {
  /** By their texts: a claim that is checked again counts once. */
  readonly all = new Map<string, Claim>();
  private readonly marks = new WeakMap<object, Marks>();
  private count = 0;
  /** While an exercise is tried, its claims are its own. */
  private silenced = 0;

  constructor(private readonly host: ClaimsHost) {}

  get held(): number {
    return [...this.all.values()].filter(({ holds }) => holds).length;
  }

  /** Notes a claim and shows its mark. */
  note(claim: Claim): void {
    if (this.silenced > 0) return;
    const noted = { ...claim, cell: this.host.cell() };
    // At the place of its first time
    this.all.set(claim.claim, noted);
    const run = this.host.run();
    let marks = this.marks.get(run);
    const isNew = !marks;
    if (!marks) this.marks.set(run, (marks = { id: `check ${++this.count}`, claims: new Map(), waiting: false }));
    const before = marks.claims.get(claim.claim);
    if (before?.holds === claim.holds && before.came === claim.came) return;
    marks.claims.set(claim.claim, noted);
    const show = (shown: Marks) => this.host.display(marksOf([...shown.claims.values()]), shown.id);
    // The first mark keeps its place among the outputs, those after it join it
    if (isNew) return show(marks);
    if (marks.waiting) return;
    marks.waiting = true;
    const later = marks;
    queueMicrotask(() => {
      later.waiting = false;
      show(later);
    });
  }

  /** Shows how well a model did. The output carries the numbers too, for a table of many notebooks. */
  result(dataset: string, result: Result): void {
    if (this.silenced > 0) return;
    const { model, parameters, error, epochs, note } = result;
    const facts = [
      `${parameters.toLocaleString('en-US')} parameters`,
      ...(epochs === undefined ? [] : [`${epochs} epochs`]),
      ...(note === undefined ? [] : [note]),
    ].join(', ');
    const line = `${dataset}: ${model}, ${error.toFixed(1)} % test error (${facts})`;
    const shown = html`<div class="dlnb-result">
      ${dataset}: ${model}, <b>${error.toFixed(1)} %</b> test error <span style="${DIM}">(${facts})</span>
    </div>`;
    const items = { 'text/html': shown.text, 'text/plain': line, [RESULT]: { dataset, ...result } };
    this.host.display({ [DISPLAY]: () => items }, `result ${dataset} ${model} ${note ?? ''}`);
  }

  /** Runs a function whose claims are not noted. */
  async silently<T>(f: () => T | Promise<T>): Promise<T> {
    this.silenced++;
    try {
      return await f();
    } finally {
      this.silenced--;
    }
  }

  /** The number of claims that hold, and a table of all. */
  summary(): Displayable {
    const claims = [...this.all.values()];
    const wrong = claims.length - this.held;
    const title =
      `✓ ${this.held} ${this.held === 1 ? 'claim' : 'claims'} checked` + (wrong > 0 ? `, ✗ ${wrong} wrong` : '');
    return { [DISPLAY]: () => ({ 'text/html': tableOf(title, claims).text, 'text/plain': title }) };
  }
}

const GREEN = 'var(--vscode-testing-iconPassed, #2e7d32)';
const RED = 'var(--vscode-testing-iconFailed, #c62828)';
const DIM = 'opacity: 0.75';

const markOf = (holds: boolean): MarkupValue =>
  holds
    ? html`<span style="color: ${GREEN}; font-weight: bold">✓</span>`
    : html`<span style="color: ${RED}; font-weight: bold">✗</span>`;

function lineOf({ claim, holds, came, expected, source }: Claim): { shown: MarkupValue; text: string } {
  const numbers =
    came === undefined ? '' : holds || expected === undefined ? `: ${came}` : `: ${came}, expected ${expected}`;
  const from = source === undefined ? '' : ` (${source})`;
  return {
    shown: html`<div>${markOf(holds)} ${claim}${numbers}<span style="${DIM}">${from}</span></div>`,
    text: `${holds ? '✓' : '✗'} ${claim}${numbers}${from}`,
  };
}

/** The marks under a cell. */
function marksOf(claims: readonly Claim[]): Displayable {
  const lines = claims.slice(0, MOST_MARKS).map(lineOf);
  const more = claims.length > MOST_MARKS ? `and ${claims.length - MOST_MARKS} more: check.summary()` : '';
  const shown = html`<div class="dlnb-claims">${lines.map((l) => l.shown)}${more && html`<div>${more}</div>`}</div>`;
  const text = [...lines.map((l) => l.text), ...(more ? [more] : [])].join('\n');
  // For the table of a course: nothing is read from texts
  const marks = { claims: claims.slice(0, MOST_CLAIMS).map(({ claim, holds }) => ({ claim, holds })) };
  return { [DISPLAY]: () => ({ 'text/html': shown.text, 'text/plain': text, [CLAIMS]: marks }) };
}

const cell = (content: unknown) =>
  html`<td style="text-align: left; padding: 2px 12px 2px 0; vertical-align: top">${content ?? ''}</td>`;
const head = (content: string) =>
  html`<th style="text-align: left; padding: 2px 12px 2px 0; font-weight: normal; ${DIM}">${content}</th>`;

function tableOf(title: string, claims: readonly Claim[]): MarkupValue {
  if (claims.length === 0) return html`<div>${title}</div>`;
  const columns = (['came', 'expected', 'source', 'cell'] as const).filter((key) =>
    claims.some((c) => c[key] !== undefined),
  );
  const rows = claims.map(
    (c) =>
      html`<tr>
        ${cell(markOf(c.holds))}${cell(c.claim)}${columns.map((key) => cell(c[key]))}
      </tr>`,
  );
  return html`<details class="dlnb-claims" open>
    <summary>${title}</summary>
    <table style="border-collapse: collapse">
      <thead>
        <tr>
          ${['', 'claim', ...columns].map(head)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </details>`;
}
