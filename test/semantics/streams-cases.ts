// The semantics of printing: bytes, cursor movements, colors, and streams that a cell ends or replaces.
import { cell, stdout, value, type SemanticsCase } from './case.ts';

const print = (text: string) => `process.stdout.write(${JSON.stringify(text)});`;

export const streamsCases: SemanticsCase[] = [
  {
    name: 'bytes written to process.stdout are one text, however they are cut',
    cells: [
      cell(
        "import fs from 'node:fs';\nfs.writeFileSync('t.txt', 'aöü€😀'.repeat(500));\n" +
          "const file = fs.createReadStream('t.txt', { highWaterMark: 7 });\nfile.pipe(process.stdout);\n" +
          "await new Promise((done) => file.once('close', done)); {}",
        stdout('aöü€😀'.repeat(500)),
      ),
      cell(
        "import { spawn } from 'node:child_process';\n" +
          "const child = spawn(process.execPath, ['-e', \"process.stdout.write('€😀'.repeat(30000))\"]);\n" +
          "child.stdout.pipe(process.stdout);\nawait new Promise((done) => child.once('close', done)); {}",
        stdout('€😀'.repeat(30000)),
      ),
      cell("process.stdout.write('SGFsbG8=', 'base64'); process.stdout.write(' 4f4b', 'hex'); {}", stdout('Hallo')),
      cell(
        "const euro = Buffer.from('€');\nprocess.stdout.write(euro.subarray(0, 1));\nprocess.stdout.write(euro.subarray(1));\n" +
          'process.stdout.write(new Uint8Array([33])); {}',
        stdout('€!'),
      ),
      // A character that never ends does not eat what follows, nor reach the next cell
      cell("process.stdout.write(euro.subarray(0, 1)); process.stdout.write('next'); {}", stdout('\ufffdnext')),
      cell('process.stdout.write(euro.subarray(0, 2)); {}'),
      cell("console.log('clean')", stdout('clean\n')),
    ],
  },
  {
    name: 'lines are drawn anew in place',
    cells: [
      cell(`${print('10 %\r50 %\r100 %\n')} {}`, stdout('100 %\n')),
      cell(`${print('abc\b\bX')} {}`, stdout('aXc')),
      cell(`${print('first\nsecond\n\x1b[1A\x1b[2Kthird\n')} {}`, stdout('first\nthird\n')),
      cell(`${print('a\nb\nc')} ${print('\x1b[2F\x1b[Jd')} {}`, stdout('d')),
      cell(`${print('long line')} ${print('\x1b[G\x1b[Kshort')} {}`, stdout('short')),
      cell(`${print('a\x1b7b\nc\x1b8X')} {}`, stdout('aX\nc')),
      cell(
        "process.stdout.write('12345');\nprocess.stdout.cursorTo(1); process.stdout.clearLine(1); process.stdout.write('!\\n');\n" +
          "process.stdout.write('up\\ngone');\nprocess.stdout.moveCursor(-4, -1); process.stdout.clearScreenDown();\n" +
          "process.stdout.write('end'); {}",
        stdout('1!\nend'),
      ),
      cell(
        'for (let i = 0; i < 2000; i++) process.stdout.write(`\\x1b[1A\\x1b[2Kstep ${i}\\nof 2000\\x1b[G`); {}',
        stdout('step 1999\nof 2000'),
      ),
      cell('console.log("gone"); console.clear(); console.log("kept")', stdout('kept\n')),
    ],
  },
  {
    name: 'the standard streams are those of a terminal with colors',
    cells: [
      cell(
        '[process.stdout.isTTY, process.stdout.columns, process.stdout.rows, process.stdout.getWindowSize().join(), process.stderr.hasColors()].join()',
        value("'true,120,50,120,50,true'"),
      ),
      cell("import { styleText } from 'node:util';\nconsole.log(styleText('red', 'x'))", stdout('\x1b[31mx\x1b[39m\n')),
      // Values are printed without colors, and the output of child processes is read without them
      cell('console.log({ a: 1 })', stdout('{ a: 1 }\n')),
      cell(
        "import { execFileSync } from 'node:child_process';\nexecFileSync(process.execPath, ['-p', 'process.env.FORCE_COLOR']).toString()",
        value("'undefined\\n'"),
      ),
      cell(
        "[process.env.FORCE_COLOR, 'FORCE_COLOR' in process.env, Object.keys(process.env).includes('FORCE_COLOR')].join()",
        value("'1,true,false'"),
      ),
      cell("process.env.FORCE_COLOR = '0'; process.stdout.getColorDepth()", value('1')),
    ],
  },
  {
    name: 'process.stdout survives its end, and may be replaced',
    cells: [
      cell("process.stdout.end('last'); process.stdout.write(' words'); {}", stdout('last words')),
      cell("console.log('next cell')", stdout('next cell\n')),
      cell('process.stdout.destroy(); {}'),
      cell("console.log('still'); process.stdout.writable", stdout('still\n'), value('true')),
      cell(
        "const own = process.stdout; Object.defineProperty(process, 'stdout', { value: { write() {} }, configurable: true, writable: true }); {}",
      ),
      cell("console.log('after')", stdout('after\n')),
    ],
  },
];
