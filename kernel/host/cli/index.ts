// The command line, `dlnb`: reads the arguments and hands over to the commands in cli/.
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { devicesCommand } from './devices.ts';
import { exportCommand, FORMATS, reportCommand } from './export.ts';
import { newCommand } from './new.ts';
import { runCommand } from './run.ts';
import { UsageError } from './usage.ts';
import { DEVICES } from '../client/index.ts';

declare const DLNB_VERSION: string;

const USAGE = 2;

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0) || value > 1e6) throw new InvalidArgumentError('It must be a number of seconds greater than 0.');
  return value;
}

function threads(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 64) throw new InvalidArgumentError('It must be 1 to 64.');
  return value;
}

const deviceOption = (fallback: string) =>
  new Option('--device <name>', `which device computes (default: ${fallback})`).choices(DEVICES);
const threadsOption = () =>
  new Option('--threads <number>', 'threads of the device cpu (default: one for each core)').argParser(threads);

/** @param done takes the exit code */
function makeProgram(done: (code: number) => void): Command {
  const program = new Command('dlnb')
    .description('Deep-learning notebooks in TypeScript, without an editor.')
    .version(DLNB_VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      // One line, like every other message of this program
      outputError: (text, write) =>
        write(
          `dlnb: ${text
            .trim()
            .replace(/^error: /, '')
            .replace(/\s*\n\s*/g, ' ')}\n`,
        ),
    })
    .addHelpText(
      'after',
      '\nExit codes: 0 all went well; 1 a cell failed; 2 the arguments or a file are wrong; 130 ended by Ctrl+C.',
    );

  program
    .command('run')
    .description('run all cells of a notebook in order and print their text')
    .argument('<file>', 'the notebook')
    .option('-o, --out <file>', 'write the executed copy there, also when a cell fails; may be the notebook itself')
    .addOption(deviceOption("the notebook's own, else auto"))
    .addOption(threadsOption())
    .addOption(new Option('--timeout <seconds>', 'stop after this time').argParser(seconds))
    .option('--json', 'print one JSON document at the end; text goes to stderr')
    .option('-k, --keep-going', 'go on after a cell that failed (the exit code is 1 all the same)')
    .action(async (file: string, options: Parameters<typeof runCommand>[1]) => done(await runCommand(file, options)));

  program
    .command('new')
    .description('make a notebook: a copy of a sample, or one for a model; without arguments, list what there is')
    .argument('[names...]', 'a sample, for example perceptron, and the folder (default: here); with --model the folder')
    .option('--course <dir>', 'copy all samples into a new or empty folder, with a README.md')
    .option('--model <architecture>', 'write a notebook that trains a network, for example lenet5')
    .option('--data <set>', "what it learns, for example digits (default: the architecture's usual one)")
    .option('--optimizer <name>', 'how it learns, for example sgd (default: adam)')
    .action(async (names: string[], options: Parameters<typeof newCommand>[1]) =>
      done(await newCommand(names, options)),
    );

  program
    .command('export')
    .description('write a notebook with its outputs as a web page, a Jupyter notebook or a TypeScript file')
    .argument('<file>', 'the notebook')
    .addOption(new Option('--to <format>', 'the format').choices(FORMATS).makeOptionMandatory())
    .option('-o, --out <file>', 'where to (default: beside the notebook, with the new ending; - is stdout)')
    .action(async (file: string, options: Parameters<typeof exportCommand>[1]) =>
      done(await exportCommand(file, options)),
    );

  program
    .command('report')
    .description('write several notebooks with their outputs as one web page')
    .argument('<file...>', 'the notebooks')
    .requiredOption('-o, --out <file>', 'where to; - is stdout')
    .action(async (files: string[], options: { out: string }) => done(await reportCommand(files, options)));

  program
    .command('devices')
    .description('say which device computes on this machine, and why others do not')
    .addOption(deviceOption('auto'))
    .addOption(threadsOption())
    .option('--json', 'print it as JSON')
    .action(async (options: Parameters<typeof devicesCommand>[0]) => done(await devicesCommand(options)));
  return program;
}

async function main(): Promise<number> {
  let code = 0;
  try {
    await makeProgram((c) => (code = c)).parseAsync();
    return code;
  } catch (e) {
    // Help and version end here too, with code 0
    if (e instanceof CommanderError) return e.exitCode === 0 ? 0 : USAGE;
    if (e instanceof UsageError) process.stderr.write(`dlnb: ${e.message}\n`);
    else process.stderr.write(`dlnb: ${(e as Error).message}\n`);
    return e instanceof UsageError ? USAGE : 1;
  }
}

// Not process.exit: what was written may still be on its way through a pipe
void main().then((code) => (process.exitCode = code));
