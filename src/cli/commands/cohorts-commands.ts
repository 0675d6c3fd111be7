import type { Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { deactivateCohort, listCohorts } from '../../adapters/database/accounts/cohorts';
import { importCohorts } from '../../adapters/database/accounts/import-cohorts';
import type { CliContext } from '../context';
import { UsageError } from '../output/errors';
import { parseCohort } from '../arguments';
import { readCohortCsv } from './read-cohort-csv';
import { textTable } from '../output/text';

/** `openeg cohorts import | list | deactivate`. None of them prints a secret. */
export function addCohortsCommands(program: Command, context: CliContext): void {
  const cohorts = program.command('cohorts').description('accounts of the cohorts (기수) at the LMS');

  cohorts
    .command('import')
    .argument('<file>', 'CSV with the header sk_id,cohort_name,login_id,password,chat_webhook_url')
    .description('adds or changes accounts, all lines or none')
    .action((file: string) => importFile(context, file));

  cohorts
    .command('list')
    .description('every account, without its secrets')
    .action(() => list(context));

  cohorts
    .command('deactivate')
    .argument('<skId>', 'the cohort', parseCohort)
    .description('leaves a cohort alone until it is imported again')
    .action((skId: string) => deactivate(context, skId));
}

async function importFile({ printer, database, secretBox }: CliContext, file: string): Promise<void> {
  const accounts = readCohortCsv(await readGivenFile(file));
  const box = secretBox();
  const { added, changed, reactivated, unchanged } = await importCohorts(database(), box, accounts);
  printer.line(`${added} added, ${changed} changed, ${reactivated} active again, ${unchanged} unchanged.`);
}

async function readGivenFile(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new UsageError(`${file} can't be read (${reason}): give the path of a CSV file.`);
  }
}

async function list({ printer, database }: CliContext): Promise<void> {
  const cohorts = await listCohorts(database());
  if (cohorts.length === 0) {
    printer.note('No cohort yet: "openeg cohorts import FILE" adds them.');
    return;
  }
  printer.line(
    textTable([
      ['COHORT', 'NAME', 'LOG-IN', 'CHAT SPACE', 'STATE'],
      ...cohorts.map(({ skId, cohortName, loginId, hasOwnChatSpace, isActive }) => [
        skId,
        cohortName,
        loginId,
        hasOwnChatSpace ? 'its own' : 'default',
        isActive ? 'active' : 'deactivated',
      ]),
    ]),
  );
}

async function deactivate({ printer, database }: CliContext, skId: string): Promise<void> {
  const changed = await deactivateCohort(database(), skId);
  printer.line(changed ? `${skId} is deactivated. What was collected stays.` : `${skId} was deactivated already.`);
}
