import { ActivityCancellationType, type ActivityOptions } from '@temporalio/workflow';
import { HEARTBEAT_TIMEOUT_MS } from '../../domain/shared/heartbeat';
import { COMPLETION_TASK_QUEUE, CORE_TASK_QUEUE, LMS_TASK_QUEUE } from '../contract';

/*
 * How long each activity may take and how often it is tried. Histories replay with changed policies: Temporal compares
 * the types and the order of activities only.
 */

/** A short query or write of the database. Is tried until the database is back. */
export const DATABASE_POLICY = {
  taskQueue: CORE_TASK_QUEUE,
  startToCloseTimeout: '30 seconds',
  retry: { maximumInterval: '30 seconds' },
} satisfies ActivityOptions;

/** The last write of a workflow that ends: a database that is away must not keep it. */
export const LAST_WRITE_POLICY = {
  taskQueue: CORE_TASK_QUEUE,
  scheduleToCloseTimeout: '10 seconds',
} satisfies ActivityOptions;

/** `deliverAlerts` ends by itself after ten minutes. Is tried until the database is back. */
export const DELIVERY_POLICY = {
  taskQueue: CORE_TASK_QUEUE,
  startToCloseTimeout: '15 minutes',
  heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
  retry: { initialInterval: '1 second', maximumInterval: '10 seconds' },
} satisfies ActivityOptions;

/**
 * The tries outlast the death of a worker and a restart of the database. The next tick repeats a check that still failed
 * and must not wait for it.
 */
export const INQUIRY_CHECK_POLICY = {
  taskQueue: LMS_TASK_QUEUE,
  startToCloseTimeout: '3 minutes',
  heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
  // Before collections. An activity without a key has 3.
  priority: { priorityKey: 1 },
  retry: { initialInterval: '1 second', maximumInterval: '10 seconds', maximumAttempts: 6 },
} satisfies ActivityOptions;

/**
 * Another worker repeats a killed worker's try a second later; the next pass repeats a failed one. A try that is cancelled
 * by hand still returns what it had stored.
 */
export const COHORT_POLICY = {
  taskQueue: LMS_TASK_QUEUE,
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
  priority: { priorityKey: 4 },
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { initialInterval: '1 second', backoffCoefficient: 1, maximumAttempts: 5 },
} satisfies ActivityOptions;

/** Waits for another run's collection of the same cohort and date. */
export const JOIN_POLICY = {
  taskQueue: CORE_TASK_QUEUE,
  startToCloseTimeout: '1 day',
  heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
  retry: { maximumInterval: '30 seconds' },
} satisfies ActivityOptions;

/** At most three retries with exponential backoff (contract section 3). The call itself times out after 30 s. */
export const STATISTICS_POLICY = {
  taskQueue: CORE_TASK_QUEUE,
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
  retry: { initialInterval: '2 seconds', backoffCoefficient: 2, maximumAttempts: 4 },
} satisfies ActivityOptions;

/** A failure that passes by itself is repeated without end. */
export const COMPLETION_POLICY = {
  taskQueue: COMPLETION_TASK_QUEUE,
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '2 minutes' },
} satisfies ActivityOptions;

/** An operator waits for the answer of `openeg start`. */
export const SCHEDULE_POLICY = {
  startToCloseTimeout: '30 s',
  retry: { maximumInterval: '10 s' },
} satisfies ActivityOptions;

/** An operator waits for the answer of `openeg doctor`. */
export const LMS_CHECK_POLICY = {
  taskQueue: LMS_TASK_QUEUE,
  // Longer than a standby needs to take over from a worker that was killed.
  scheduleToStartTimeout: '20 s',
  startToCloseTimeout: '90 s',
  heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
  retry: { maximumAttempts: 3, maximumInterval: '5 s' },
} satisfies ActivityOptions;

/** `eraseExpiredData` heartbeats after each statement, not at a fixed interval. */
export const RETENTION_POLICY = {
  startToCloseTimeout: '2 hours',
  heartbeatTimeout: '1 minute',
  retry: { maximumInterval: '5 minutes', maximumAttempts: 20 },
} satisfies ActivityOptions;
