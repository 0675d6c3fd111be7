import { CommandFailure } from '../servers/run-command';

/** The setup failed. The message names the failure and the way out, in a sentence or two. */
export class SetupFailure extends Error {}

const DISK_FULL = /ENOSPC|No space left on device|not enough free space|EDQUOT|Disk quota exceeded/i;
const OFFLINE =
  /ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|Temporary failure|Could not resolve|Connection (refused|timed out)|Network is unreachable|Could not transfer artifact|Max retries exceeded|Failed to fetch/i;
const WRONG_HASH = /DO NOT MATCH THE HASHES|integrity checksum failed|SHA-256/;

/** Why a command or a file operation failed, in words. */
export function reasonOf(error: unknown): string {
  const text = error instanceof CommandFailure ? `${error.message}\n${error.output}` : String(error);
  if (DISK_FULL.test(text)) return 'the disk is full (free some space)';
  if (WRONG_HASH.test(text))
    return 'the downloaded file is not the expected one (its hash differs), so it was thrown away';
  if (OFFLINE.test(text)) return 'the download failed (is the network there?)';
  if (!(error instanceof CommandFailure)) return String(error);
  const lines = error.output.split('\n').filter((line) => line.trim() !== '');
  const errors = lines.filter((line) => /error|fatal|^E:/i.test(line)).slice(0, 2);
  return (errors.length > 0 ? errors : lines.slice(-1)).join(' ').slice(0, 400) || error.message;
}
