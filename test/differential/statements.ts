// Random statements inside functions, blocks and loops.
import { Expressions } from './expressions.ts';
import { C, I, type Name } from './names.ts';

export abstract class Statements extends Expressions {
  private depth = 0;

  /** Statements of a function's or a block's body. */
  protected body(d: number): string {
    if (d <= 0 || this.depth > 2) return '';
    this.depth++;
    const count = this.random.int(0, 2);
    let text = '';
    const before = this.inner.length;
    for (let i = 0; i < count; i++) text += ` ${this.statement(d)}${C}`;
    this.inner.length = before;
    this.depth--;
    return text;
  }

  private assignables(): Name[] {
    return [...this.names, ...this.inner].filter((n) => n.kind === 'num' && n.assignable);
  }

  /** A statement that can stand anywhere, with its end. */
  protected statement(d: number): string {
    const r = this.random;
    const targets = this.assignables();
    const target = targets.length ? r.pick(targets).name : undefined;
    const choices: (() => string)[] = [
      () => `console.log(${C}${this.any(d - 1)}${C});`,
      () => {
        const name = this.fresh('l');
        const text = `${r.pick(['let', 'const'])} ${name}${I}: number${I} = ${C}${this.num(d - 1)};`;
        this.inner.push({ name, kind: 'num', assignable: false });
        return text;
      },
      () =>
        `if (${C}${this.bool(d - 1)}${C}) ${C}{${this.body(d - 1)} }${r.chance(0.5) ? `${C} else ${C}{${this.body(d - 1)} }` : ''}`,
      () =>
        `if (${this.bool(d - 1)}) ${C}console.log(${this.num(d - 1)});${C} else ${C}console.error(${this.str(d - 1)});`,
      () => this.loopStatement(d),
      () => this.tryStatement(d),
      () =>
        `switch (${C}${this.num(d - 1)}${C}) ${C}{ case ${this.num(d - 1)}:${C} console.log('case');${r.chance(0.5) ? ' break;' : ''} case 2: { let inside = 1; console.log(inside); }${C} default:${C} console.log('default'); }`,
      () => `{${C}${this.body(d - 1)} }`,
      () => `;`,
      () =>
        `{ using held${I} = { n: ${this.num(d - 1)}, [Symbol.dispose]() { console.log('closed', this.n) } };${C} console.log('held', held.n); }`,
      () =>
        `{ class Inner { static readonly A = ${this.num(d - 1)}; static B = Inner.A; m = () => ${C}Inner.B } console.log(new Inner().m()); }`,
      () => `{ enum E { A = ${r.int(0, 4)}, B } console.log(E.B, E[E.A]); }`,
      () => `{ function f(this: any, x: number) { return x > 0 ? f(x - 1) : ${this.num(d - 1)} } console.log(f(2)); }`,
      () => `if (false) type Never = number;`,
    ];
    if (target !== undefined)
      choices.push(
        () => `${target} ${r.pick(['=', '+=', '-=', '*=', '??=', '||=', '&&='])}${C} ${this.num(d - 1)};`,
        () => `${target}${r.pick(['++', '--'])};`,
        () => `[${target}] = [${this.num(d - 1)}];`,
        () => `({ a: ${target} = ${this.num(d - 1)} } = ${this.obj(d - 1)});`,
      );
    return r.pick(choices)();
  }

  protected loopStatement(d: number): string {
    const r = this.random;
    const n = r.int(0, 3);
    const label = r.chance(0.25) ? this.fresh('L') : undefined;
    let head = label ? `${label}:${C} ` : '';
    // The label stands inside the block
    const inner = () => [head, (head = '')][0]!;
    const i = this.fresh('i');
    const leave = () =>
      r.chance(0.3)
        ? ` if (${this.bool(1)}) ${r.pick(['break', 'continue'])}${label && r.chance(0.7) ? ` ${label}` : ''};`
        : '';
    const inside = () => `${this.fixed(i, d)}${leave()}`;
    const note = `console.log(${i});`;
    const text = r.pick([
      () => `for (let ${i} = 0;${C} ${i} < ${n};${C} ${i}++) ${C}{${note}${inside()} }`,
      () => `for (let ${i} = 0, end = ${n}; ${i} < end; ${i} += 1) ${C}${note}`,
      () => `for (const ${i} of ${C}${this.arr(d - 1)}.slice(0, 3)${C}) {${note}${inside()} }`,
      () => `for (const [${i}, value = 1] of Object.entries(${this.obj(d - 1)})) {${note} console.log(typeof value); }`,
      () => `for (const ${i} in ${C}${this.obj(d - 1)}) ${C}{${note} }`,
      () => `for (const ${i} of 'ab') ${C}${note}`,
      () => `{ let ${i} = ${n}; ${inner()}while (${C}${i}-- > 0${C}) ${C}{${note}${leave()} } }`,
      () => `{ let ${i} = ${n}; do ${C}{${note} } while (${C}--${i} > 0); }`,
      () =>
        `{ const fs: (() => number)[] = []; for (let ${i} = 0; ${i} < 3; ${i}++) fs.push(() => ${C}${i}); console.log(fs.map((f) => f())); }`,
      () => `for (let ${i} = 0; ${i} < 2; ${i}++) for (let j = 0; j < 2; j++) ${C}{ if (j === 1) continue; ${note} }`,
    ])();
    return head + text;
  }

  /** A body of a loop whose variable must not be assigned. */
  private fixed(i: string, d: number): string {
    const before = this.inner.length;
    this.inner.push({ name: i, kind: 'num', assignable: false });
    const text = this.body(d - 1);
    this.inner.length = before;
    return text;
  }

  protected tryStatement(d: number): string {
    const r = this.random;
    const thrown = r.pick([
      () => `throw ${I}new Error(${this.str(d - 1)});`,
      () => `throw ${this.num(d - 1)};`,
      () => `(null as any).x;`,
      () => `((u: any) => u())(null);`,
      () => `JSON.parse('{');`,
      () => `new (class A { constructor() { throw new RangeError('r') } })();`,
      () => '',
    ])();
    const catcher = r.pick([
      () =>
        `catch (e${I}: unknown) ${C}{ console.log(e instanceof Error ? e.name + ': ' + e.message : e);${this.body(d - 1)} }`,
      () => `catch ${C}{ console.log('caught'); }`,
      () => `catch ({ message = 'none' }: any) { console.log(message); }`,
    ])();
    const last = r.chance(0.4) ? ` finally ${C}{ console.log('finally');${this.body(d - 1)} }` : '';
    return `try ${C}{${this.body(d - 1)} ${thrown} } ${catcher}${last}`;
  }
}
