/**
 * Temporal gives an activity to another worker when its heartbeats stay away for this time. It is short, because a killed
 * worker must be replaced within seconds, and longer than the pauses of a busy event loop.
 */
export const HEARTBEAT_TIMEOUT_MS = 8_000;

/** Three heartbeats may be late before the timeout. */
export const HEARTBEAT_INTERVAL_MS = HEARTBEAT_TIMEOUT_MS / 4;
