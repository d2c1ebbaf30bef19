// Input of cells: the question reaches the host, the answer the cell, and an interrupt ends the wait.
import { afterEach, expect, it } from 'vitest';
import type { InputAnswer, InputQuestion, OutputEvent } from '../../kernel/wire/protocol.ts';
import { TestKernel } from './kernel.ts';

let k: TestKernel;
afterEach(() => k.stop());

/** Answers all questions. @returns those that were asked */
function answerWith(answer: (question: InputQuestion) => Omit<InputAnswer, 'type' | 'request'> | undefined) {
  const asked: InputQuestion[] = [];
  k.process.onMessage((m) => {
    if (m.type !== 'input') return;
    asked.push(m);
    const given = answer(m);
    if (given) k.process.answer({ request: m.request, ...given });
  });
  return asked;
}
const values = (events: OutputEvent[]) =>
  events.flatMap((e) => (e.kind === 'display' ? e.bundle.map((i) => ('text' in i ? i.text : '')) : []));
const readline = "import readline from 'node:readline/promises';\n";

it('of prompt is what the person types, and null when the box is canceled', async () => {
  k = new TestKernel();
  const asked = answerWith(({ message }) => ({ text: message === 'name?' ? 'Ada' : null }));
  const { text, stdout } = await k.run("const n = prompt('name?', 'Bob'); n");
  expect([text, stdout]).toEqual(["'Ada'", 'name? [Bob] Ada\n']);
  expect(asked).toMatchObject([{ kind: 'prompt', message: 'name?', preset: 'Bob', cell: 'c1' }]);
  expect((await k.run("prompt('other')")).text).toBe('null');
});

it('of any length and script arrives whole', async () => {
  k = new TestKernel();
  const long = 'äß😀\n"'.repeat(50_000);
  answerWith(() => ({ text: long }));
  const { events } = await k.run(`prompt('') === ${JSON.stringify('äß😀\n"')}.repeat(50_000)`);
  expect(values(events)).toContain('true');
});

it('of confirm is true or false, and alert waits', async () => {
  k = new TestKernel();
  const asked = answerWith(({ kind, message }) => ({ text: kind === 'alert' ? '' : message === 'sure?' ? 'y' : 'n' }));
  expect((await k.run("[confirm('sure?'), confirm('no?'), alert('read this')].join()")).text).toBe("'true,false,'");
  expect(asked.map(({ kind }) => kind)).toEqual(['confirm', 'confirm', 'alert']);
});

it('of readline is asked with the printed question, one box for each', async () => {
  k = new TestKernel();
  const asked = answerWith(({ message }) => ({ text: message.includes('name') ? 'Ada' : '36' }));
  const { text, stdout } = await k.run(
    `${readline}const rl = readline.createInterface({ input: process.stdin, output: process.stdout });\n` +
      "const name = await rl.question('name? ');\nawait new Promise((r) => setTimeout(r, 80));\n" +
      "const age = await rl.question('age? '); rl.close();\nname + age",
  );
  expect([text, stdout]).toEqual(["'Ada36'", 'name? Ada\nage? 36\n']);
  expect(asked.map(({ message }) => message)).toEqual(['name? ', 'age? ']);
});

it('is not asked for by an interface that waits for nothing, nor after the cell', async () => {
  k = new TestKernel();
  const asked = answerWith(() => ({ text: 'x' }));
  await k.run(`${readline}const rl = readline.createInterface({ input: process.stdin, output: process.stdout });`);
  await k.run('await new Promise((r) => setTimeout(r, 150)); console.log("working")');
  expect(asked).toEqual([]);
  expect((await k.run("await rl.question('now? ')")).text).toBe("'x'");
});

it('of process.stdin comes line by line, until the end', async () => {
  k = new TestKernel();
  const lines = ['one', 'two', null, 'again', null];
  answerWith(() => ({ text: lines.shift()! }));
  const code = "let all = ''; for await (const piece of process.stdin) all += piece; all";
  expect((await k.run(code)).text).toBe("'one\\ntwo\\n'");
  expect((await k.run(code)).text).toBe("'again\\n'");
});

it('that nobody gives is an error at the line that asks, and the cell ends', async () => {
  k = new TestKernel();
  answerWith(() => ({ text: null, problem: 'there is no input.' }));
  const prompt = await k.run("\nconst n = prompt('name?')");
  expect(prompt.error).toMatchObject({
    message: 'prompt() asks for input and nobody can answer: there is no input.',
    at: { line: 2 },
  });
  const { error, status } = await k.run(
    `${readline}const rl = readline.createInterface({ input: process.stdin, output: process.stdout });\n\nawait rl.question('? ')`,
  );
  expect([status, error?.message, error?.at?.line]).toEqual([
    'error',
    'rl.question() asks for input and nobody can answer: there is no input.',
    4,
  ]);
  const once = await k.run("await new Promise((r) => process.stdin.once('data', r))");
  expect(once.error?.message).toMatch(/^process.stdin asks for input/);
});

it.each([
  ['prompt', "prompt('name?')"],
  ['a prompt that is asked again and again', "for (;;) try { prompt('name?') } catch {}"],
  ['rl.question', `${readline}await readline.createInterface({ input: process.stdin }).question('? ')`],
])('of %s can be interrupted, with all variables kept, and the question is taken back', async (_, code) => {
  k = new TestKernel();
  await k.run('let kept = 41');
  const asked = answerWith(() => undefined);
  const started = performance.now();
  const { status } = await k.run(code, { interruptAfter: 400 });
  expect([status, performance.now() - started < 1200]).toEqual(['interrupted', true]);
  expect(asked.length).toBeGreaterThan(0);
  await expect
    .poll(() => k.messages.flatMap((m) => (m.type === 'inputOver' ? [m.request] : [])))
    .toContain(asked.at(-1)!.request);
  expect((await k.run('kept + 1')).text).toBe('42');
});

it('is asked for although the host does not read what the cell prints', async () => {
  k = new TestKernel();
  answerWith(() => ({ text: 'ok' }));
  const { events } = await k.run("for (let i = 0; i < 400_000; i++) console.log('line', i); prompt('done?')");
  expect(values(events)).toContain("'ok'");
});
