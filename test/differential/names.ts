// The names of a random program, and the places of comments in it: what all parts of the generator share.
import { Random } from './random.mts';

/** What a name holds: `fn` is a function from number to number, `curried` one to such a function. */
export type Kind =
  'num' | 'str' | 'arr' | 'obj' | 'fn' | 'curried' | 'class' | 'map' | 'enum' | 'space' | 'gen' | 'async';

export interface Name {
  name: string;
  kind: Kind;
  /** May be assigned. */
  assignable: boolean;
}

/** A place for any comment, also one that ends a line. */
export const C = '\u00a4';
/** A place for a comment without a line break. */
export const I = '\u00a2';

const INLINE = [
  '/* note */',
  '/* => */',
  '/* (x) => { */',
  '/* ) */',
  '/* } */',
  '/** @type {(a: number) => number} */',
  '/*=>(*/',
  '/* it\'s `odd` " */',
  '/* || */',
  '/* //=> */',
];

export const LINE = [
  '// note\n',
  '// => x\n',
  '// (x) => f(g(x))\n',
  '// }\n',
  '// ) || {\n',
  "// don't `quote\n",
  '/* two\n lines => { */',
  '\n',
  '\n\n',
];

export class Names {
  readonly random: Random;
  protected readonly names: Name[] = [];
  protected readonly inner: Name[] = [];
  protected count = 0;
  protected readonly programSeed: number;
  protected readonly tag: string;

  constructor(seed: number, tag: string) {
    this.programSeed = seed;
    this.tag = tag;
    this.random = new Random(seed);
  }

  /** A top-level name of this kind. */
  known(kind: Kind): string | undefined {
    return this.names.find((n) => n.kind === kind)?.name;
  }

  /** Replaces the places of comments, most of them by nothing. */
  comments(text: string): string {
    return text.replace(/[\u00a4\u00a2]/g, (place) => {
      if (!this.random.chance(0.08)) return '';
      return place === C && this.random.chance(0.5) ? this.random.pick(LINE) : this.random.pick(INLINE);
    });
  }

  protected fresh(base: string): string {
    return `${base}${this.count++}`;
  }

  /** A new top-level name. It is known to what is made after `make`. */
  protected declare(kind: Kind, make: (name: string) => string, assignable = true): string {
    const name = this.fresh(kind[0]!) + this.tag;
    const text = make(name);
    this.names.push({ name, kind, assignable });
    return text;
  }

  protected of(kind: Kind): Name[] {
    return [...this.names, ...this.inner].filter((n) => n.kind === kind);
  }

  protected name(kind: Kind): string | undefined {
    const found = this.of(kind);
    return found.length ? this.random.pick(found).name : undefined;
  }

  /** Makes text in which these names are known. */
  protected within(names: readonly [string, Kind][], make: () => string): string {
    const before = this.inner.length;
    for (const [name, kind] of names) this.inner.push({ name, kind, assignable: true });
    const text = make();
    this.inner.length = before;
    return text;
  }
}
