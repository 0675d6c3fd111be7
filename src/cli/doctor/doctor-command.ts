import type { Command } from 'commander';
import type { CliContext } from '../context';
import { CommandFailed, describeForOperator, translateTemporalError } from '../output/errors';
import { DOCTOR_CHECKS, type DoctorCheck, type Finding } from './doctor-checks';

const WIDTH = Math.max(...DOCTOR_CHECKS.map(({ what }) => what.length)) + 2;

/** `openeg doctor`: looks at each part that the service needs, a line each; none of its looks changes or sends anything. */
export function addDoctorCommand(program: Command, context: CliContext): void {
  program
    .command('doctor')
    .description('checks variables, database, Temporal, LMS, Chat and statistics server')
    .action(() => examine(context));
}

async function examine(context: CliContext): Promise<void> {
  context.overlookOtherVariables();
  let failed = 0;
  for (const check of DOCTOR_CHECKS) {
    for (const { what, ok, words } of await findingsOf(check, context)) {
      context.printer.line(`${ok ? 'ok  ' : 'FAIL'}  ${what.padEnd(WIDTH)}${words}`);
      if (!ok) failed += 1;
    }
  }
  if (failed > 0) throw new CommandFailed(`${failed} of the checks failed: each line says what to do.`);
}

async function findingsOf({ what, look }: DoctorCheck, context: CliContext): Promise<Finding[]> {
  try {
    const found = await look(context);
    return typeof found === 'string' ? [{ what, ok: true, words: found }] : found;
  } catch (error) {
    return [{ what, ok: false, words: describeForOperator(translateTemporalError(error)) }];
  }
}
