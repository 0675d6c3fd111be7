import type { Command } from 'commander';
import { forgetMember, forgetStudent, type ErasedRows } from '../../adapters/database/people/forget-learner';
import type { CliContext } from '../context';
import { UsageError } from '../output/errors';
import { parseCohort } from '../arguments';
import { textTable } from '../output/text';

interface ForgetOptions {
  member?: string;
  cohort?: string;
  student?: string;
}

/** `openeg forget` (contract section 8). A second call changes nothing more. */
export function addForgetCommand(program: Command, context: CliContext): void {
  program
    .command('forget')
    .description('erases a learner: progress and completions, or the collected rows of a cohort')
    .option('--member <memberNo>', 'whose progress and completions')
    .option('--cohort <skId>', 'with --student: of which cohort', parseCohort)
    .option('--student <studentId>', 'whose collected rows; later collections leave them out')
    .action((options: ForgetOptions) => forget(context, options));
}

async function forget({ printer, database }: CliContext, options: ForgetOptions): Promise<void> {
  const erase = chosenErasure(options);
  const erased = await erase(database());
  printer.line(
    textTable([['TABLE', 'ROWS ERASED'], ...Object.entries(erased).map(([table, rows]) => [table, String(rows)])]),
  );
  printer.note('Backups, the LMS and Google Chat still have their copies: erase the learner there too.');
}

function chosenErasure({ member, cohort, student }: ForgetOptions) {
  type Erasure = (database: ReturnType<CliContext['database']>) => Promise<ErasedRows>;
  if (member !== undefined && cohort === undefined && student === undefined) {
    return ((database) => forgetMember(database, member)) satisfies Erasure;
  }
  if (member === undefined && cohort !== undefined && student !== undefined) {
    return ((database) => forgetStudent(database, cohort, student)) satisfies Erasure;
  }
  throw new UsageError('Say either --member M, or --cohort SKID together with --student S.');
}
