import type { NativeConnection } from '@temporalio/worker';
import { schemaState } from '../adapters/database/core/migrate';
import { ServiceError } from '../domain/shared/service-error';
import type { HealthPart } from '../http/health-routes';
import { temporalUnavailable } from '../temporal/temporal-error';
import type { WorkerParts } from './worker-parts';

const TEMPORAL_TIMEOUT_MS = 1_500;

export type Role = 'core' | 'lms';

export interface WorkerHealth {
  parts: Record<string, HealthPart>;
  /** @throws ServiceError TEMPORAL_UNAVAILABLE */
  askTemporal(): Promise<string>;
  connected(connection: NativeConnection): void;
  /** @param state what the role does; undefined while it can't work */
  setRole(role: Role, state: string | undefined): void;
}

/** A worker is ready with the database, Temporal and each of its roles at work. Standing by for the LMS counts as work. */
export function createWorkerHealth({ config, database }: WorkerParts, roles: readonly Role[]): WorkerHealth {
  const states = new Map<Role, string | undefined>();
  let connection: NativeConnection | undefined;

  const askTemporal = async () => {
    const temporal = connection;
    if (temporal === undefined) throw temporalUnavailable(config.temporal);
    const ask = () => temporal.workflowService.getSystemInfo({});
    await temporal.withDeadline(Date.now() + TEMPORAL_TIMEOUT_MS, ask).catch(() => {
      throw temporalUnavailable(config.temporal);
    });
    return 'reachable';
  };
  const askRole = async (role: Role) => {
    const state = states.get(role);
    if (state === undefined) throw new ServiceError('TEMPORAL_UNAVAILABLE', 'takes no tasks yet');
    return state;
  };

  return {
    parts: {
      database: { required: true, probe: () => schemaState(database) },
      temporal: { required: true, probe: askTemporal },
      ...Object.fromEntries(roles.map((role) => [role, { required: true, probe: () => askRole(role) }])),
    },
    askTemporal,
    connected(established) {
      connection = established;
    },
    setRole: (role, state) => void states.set(role, state),
  };
}
