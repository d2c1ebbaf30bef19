// The command line, `dlnb`: reads the arguments and calls the commands, one file each.
import os from 'node:os';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { checkCommand } from './check.ts';
import { courseCommand, type CourseOptions } from './course.ts';
import { devicesCommand } from './devices.ts';
import { exportCommand, FORMATS, reportCommand } from './export.ts';
import { fileProblem } from './files.ts';
import { importCommand } from './import.ts';
import { newCommand } from './new.ts';
import { runCommand } from './run.ts';
import { runsCommand } from './runs.ts';
import { siteCommand, type SiteCommandOptions } from './site.ts';
import { UsageError } from './usage.ts';
import { DEVICE_SETTINGS } from '../../wire/limits.ts';
import { kernelSettings, type KernelSetting, type KernelSettings } from '../../wire/options.ts';

declare const DLNB_VERSION: string;

const USAGE = 2;

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0) || value > 1e6) throw new InvalidArgumentError('It must be a number of seconds greater than 0.');
  return value;
}

/** Adds an option for each setting of a kernel. @param device the device without `--device`, for the help */
function addKernelOptions(command: Command, device: string): Command {
  for (const [name, setting] of Object.entries(kernelSettings) as [keyof KernelSettings, KernelSetting<unknown>][]) {
    const { argument, help, rule, read } = setting;
    const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const option = new Option(`--${flag} ${argument}`, name === 'device' ? `${help} (default: ${device})` : help);
    if (name === 'device') option.choices(DEVICE_SETTINGS);
    else
      option.argParser((text) => {
        const value = read(text);
        if (value === undefined) throw new InvalidArgumentError(rule);
        return value;
      });
    command.addOption(option);
  }
  return command;
}

/** @param done called with the exit code */
function makeProgram(done: (code: number) => void): Command {
  const program = new Command('dlnb')
    .description('Deep-learning notebooks in TypeScript, without an editor.')
    .version(DLNB_VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      // One line, as all messages of this program
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
      '\nExit codes: 0 success; 1 a cell failed or has errors; 2 the arguments or a file are wrong; 130 ended by Ctrl+C.',
    );

  const run = program
    .command('run')
    .description('run all cells of a notebook in order and print their text')
    .argument('<file>', 'the notebook')
    .option(
      '-o, --out <file>',
      'write the executed copy there, also when a cell fails; may be the notebook itself; - is stdout',
    );
  addKernelOptions(run, "the notebook's own, else auto")
    .addOption(new Option('--timeout <seconds>', 'stop after this time').argParser(seconds))
    .addOption(
      new Option(
        '--wait <seconds>',
        'at the end, wait so long for timers, servers and promises that still run (default: 10; 0: not at all)',
      ).argParser((text) => (text === '0' ? 0 : seconds(text))),
    )
    .option('--no-input', 'cells that ask for input fail (default: the answers come from this terminal or a pipe)')
    .option('--json', 'print one JSON document at the end; text goes to stderr')
    .option('-k, --keep-going', 'run the cells after one that failed, too (the exit code is still 1)')
    .action(async (file: string, options: Parameters<typeof runCommand>[1]) => done(await runCommand(file, options)));

  program
    .command('new')
    .description(
      'make a notebook: a copy of a sample, or one for a model; without arguments, list the samples and models',
    )
    .argument('[names...]', 'a sample, for example perceptron, and the folder (default: here); with --model the folder')
    .option('--course <dir>', 'copy all samples into a new or empty folder, with a README.md')
    .option('--model <architecture>', 'write a notebook that trains a network, for example lenet5')
    .option('--data <set>', "the data set, for example digits (default: the architecture's usual one)")
    .option('--optimizer <name>', 'the optimizer, for example sgd (default: adam)')
    .action(async (names: string[], options: Parameters<typeof newCommand>[1]) =>
      done(await newCommand(names, options)),
    );

  program
    .command('check')
    .description('say what TypeScript finds wrong in the cells of notebooks, without running them')
    .argument('<file...>', 'the notebooks')
    .option('--json', 'print it as JSON, with hints')
    .action(async (files: string[], options: { json?: boolean }) => done(await checkCommand(files, options)));

  program
    .command('export')
    .description('write a notebook with its outputs as a web page, a Jupyter notebook or a TypeScript file')
    .argument('<file>', 'the notebook')
    .addOption(new Option('--to <format>', 'the format').choices(FORMATS).makeOptionMandatory())
    .option('-o, --out <file>', 'the file to write (default: beside the notebook, with the new ending; - is stdout)')
    .action(async (file: string, options: Parameters<typeof exportCommand>[1]) =>
      done(await exportCommand(file, options)),
    );

  program
    .command('import')
    .description('write a Jupyter notebook (.ipynb) as a .dlnb notebook')
    .argument('<file>', 'the Jupyter notebook')
    .option('-o, --out <file>', 'the file to write, which must not exist (default: beside the notebook; - is stdout)')
    .action(async (file: string, options: { out?: string }) => done(await importCommand(file, options)));

  program
    .command('report')
    .description('write several notebooks with their outputs as one web page')
    .argument('<file...>', 'the notebooks')
    .requiredOption('-o, --out <file>', 'the file to write; - is stdout')
    .action(async (files: string[], options: { out: string }) => done(await reportCommand(files, options)));

  program
    .command('runs')
    .description('list the training runs that notebooks of a folder have kept, the newest first')
    .argument('[folder]', 'the folder of the notebooks', '.')
    .option('--json', 'print them as JSON, with options, device and seed')
    .action(async (folder: string, options: { json?: boolean }) => done(await runsCommand(folder, options)));

  program
    .command('course')
    .description('print which claims held and which exercises are solved in the notebooks of a folder, and the results')
    .argument('[folder]', 'the folder of the notebooks', '.')
    .option('--json', 'print it as JSON, with each claim and exercise')
    .action(async (folder: string, options: CourseOptions) => done(await courseCommand(folder, options)));

  program
    .command('site')
    .description('write the notebooks of a folder with their outputs as web pages with a table of contents')
    .argument('[folder]', 'the folder of the notebooks', '.')
    .requiredOption('-o, --out <folder>', 'the folder of the pages; pages of an earlier site there are replaced')
    .option('--title <text>', "the title of the course (default: the heading of the folder's README.md)")
    .action(async (folder: string, options: SiteCommandOptions) => done(await siteCommand(folder, options)));

  const devices = program
    .command('devices')
    .description('print which device computes on this machine, and why the others do not');
  addKernelOptions(devices, 'auto')
    .option('--no-input', 'cells that ask for input fail (default: the answers come from this terminal or a pipe)')
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
    // Help and version end here too, with exit code 0
    if (e instanceof CommanderError) return e.exitCode === 0 ? 0 : USAGE;
    if (e instanceof UsageError) process.stderr.write(`dlnb: ${e.message}\n`);
    else process.stderr.write(`dlnb: ${(e as Error).message}\n`);
    return e instanceof UsageError ? USAGE : 1;
  }
}

// Without a reader there is nothing left to do, but for `dlnb run` (terminal.ts)
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (e: NodeJS.ErrnoException) => {
    if (e.code === 'EPIPE') process.exit(128 + os.constants.signals.SIGPIPE);
    if (stream === process.stdout)
      process.stderr.write(`dlnb: the standard output cannot be written: ${fileProblem(e)}\n`);
    process.exit(1);
  });
// Not process.exit: written text may still be in a pipe
void main().then((code) => (process.exitCode = code));
