import { Command } from 'commander';
import { migrate } from '../adapters/database/core/migrate';
import { addCohortsCommands } from './commands/cohorts-commands';
import { addCollectCommand } from './collect/collect-command';
import type { CliContext } from './context';
import { addDoctorCommand } from './doctor/doctor-command';
import { addExplainCommand } from './commands/explain-command';
import { addForgetCommand } from './commands/forget-command';
import { addBacktestCommand } from './risk/backtest-command';
import { addRotateKeyCommand } from './commands/rotate-key-command';
import { readEnvFile } from './read-env-file';
import { addStartCommand } from './commands/start-command';
import { addStatisticsCommand } from './commands/statistics-command';
import { addStatusCommand } from './status/status-command';
import { addStopCommand } from './commands/stop-command';

/** Every command of `openeg` (contract section 8). Actions throw, and `src/client.ts` turns that into an exit code. */
export function createProgram(context: CliContext): Command {
  const program = new Command('openeg');
  program
    .description('Inquiry alerts, nightly collection and lecture completion for OpenEG')
    .version(context.version, '-V, --version')
    .option('--env-file <file>', 'reads variables from a file; those that are set already win')
    .showHelpAfterError('Run "openeg --help" to see every command and its options.')
    .exitOverride()
    .hook('preAction', () => {
      const { envFile } = program.opts<{ envFile?: string }>();
      if (envFile !== undefined) context.setMissingVariables(readEnvFile(envFile));
    });

  program
    .command('migrate')
    .description('creates or upgrades the tables; safe to run twice and from two places at once')
    .action(() => runMigrations(context));
  addCohortsCommands(program, context);
  program
    .command('worker')
    .argument('[roles...]', 'core, lms; without any, both')
    .description('runs a worker until SIGTERM')
    .action((roles: string[]) => context.runWorker(roles));
  program
    .command('server')
    .description('runs the HTTP server until SIGTERM')
    .action(() => context.runServer());
  addStartCommand(program, context);
  addStopCommand(program, context);
  addCollectCommand(program, context);
  addStatisticsCommand(program, context);
  addStatusCommand(program, context);
  addDoctorCommand(program, context);
  addForgetCommand(program, context);
  addRotateKeyCommand(program, context);
  addExplainCommand(program, context);
  addBacktestCommand(program.command('risk').description('the risk that a learner drops out'), context);
  return program;
}

async function runMigrations({ printer, database }: CliContext): Promise<void> {
  const applied = await migrate(database(), {
    onWait: () => printer.line('Another migration is running: waiting until it ends.'),
  });
  printer.line(applied.length === 0 ? 'The tables are up to date.' : `Applied: ${applied.join(', ')}.`);
}
