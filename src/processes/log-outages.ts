import type { Logger } from '../adapters/logger';
import { createOutageLog, repeatUntilAborted } from '../adapters/shared/until-aborted';

const PROBE_INTERVAL_MS = 5_000;

export interface LogOutagesOptions {
  /** The subject of the lines: "The database". */
  what: string;
  /** Throws during an outage. */
  probe: () => Promise<unknown>;
  until: AbortSignal;
  logger: Logger;
}

/** Logs outages of a server that the process needs. The process itself waits for the server, silently. */
export async function logOutages({ what, probe, until, logger }: LogOutagesOptions): Promise<void> {
  const outage = createOutageLog(logger);
  await repeatUntilAborted(until, PROBE_INTERVAL_MS, () =>
    probe().then(
      () => outage.ended(`${what} is back`),
      (error: unknown) => outage.failed(error, `${what} is away; the process waits for it`),
    ),
  );
}
