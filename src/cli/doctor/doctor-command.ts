import type { Command } from 'commander';
import { translateTemporalError } from '../../temporal/temporal-error';
import type { CliContext } from '../context';
import { CommandFailed, describeForOperator } from '../output/errors';
import { DOCTOR_CHECKS, type DoctorCheck, type Finding } from './doctor-checks';

const WIDTH = Math.max(...DOCTOR_CHECKS.map(({ part }) => part.length)) + 2;

/** `openeg doctor`: examines each part that the service needs, and changes or sends nothing. */
export function addDoctorCommand(program: Command, context: CliContext): void {
  program
    .command('doctor')
    .description('checks variables, database, Temporal, LMS, Chat and statistics server')
    .action(() => examineAll(context));
}

async function examineAll(context: CliContext): Promise<void> {
  context.validateOnlyNamedVariables();
  let failed = 0;
  for (const check of DOCTOR_CHECKS) {
    for (const { part, isOk, sentence } of await findingsOf(check, context)) {
      context.printer.line(`${isOk ? 'ok  ' : 'FAIL'}  ${part.padEnd(WIDTH)}${sentence}`);
      if (!isOk) failed += 1;
    }
  }
  if (failed > 0) throw new CommandFailed(`${failed} of the checks failed: each line says what to do.`);
}

async function findingsOf({ part, examine }: DoctorCheck, context: CliContext): Promise<Finding[]> {
  try {
    const found = await examine(context);
    return typeof found === 'string' ? [{ part, isOk: true, sentence: found }] : found;
  } catch (error) {
    return [{ part, isOk: false, sentence: describeForOperator(translateTemporalError(error)) }];
  }
}
