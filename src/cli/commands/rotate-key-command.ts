import type { Command } from 'commander';
import { rotateCredentials } from '../../adapters/database/accounts/rotate-credentials';
import { ServiceError } from '../../domain/shared/service-error';
import type { CliContext } from '../context';

/** `openeg rotate-key` (contract section 8). After an interruption, the next call goes on. */
export function addRotateKeyCommand(program: Command, context: CliContext): void {
  program
    .command('rotate-key')
    .description('seals accounts with OPENEG_CREDENTIALS_KEY that OPENEG_CREDENTIALS_KEY_OLD still opens')
    .action(() => rotateKey(context));
}

async function rotateKey({ printer, database, secretBox }: CliContext): Promise<void> {
  const box = secretBox();
  const { rotated, current, unreadable } = await rotateCredentials(database(), box);
  printer.line(`${rotated} accounts sealed anew, ${current} were current already.`);
  if (unreadable.length > 0) {
    throw new ServiceError(
      'CREDENTIALS_UNREADABLE',
      `Neither key opens ${unreadable.join(', ')}: set OPENEG_CREDENTIALS_KEY_OLD to the key that they were stored with, or import them again.`,
    );
  }
  printer.note('OPENEG_CREDENTIALS_KEY_OLD is not needed any more.');
}
