import { onAbort } from './on-abort';

/** The time limit of `withDeadline` is over. */
export class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded';
}

/**
 * Runs `work` with a signal that aborts together with `outer`, or after `timeoutMs`. No listener is left when `work` ends.
 * `AbortSignal.any` would leak: Node keeps its listeners for as long as the longest-lived source.
 * @throws DeadlineExceeded when `work` fails after the time limit; otherwise whatever `work` throws
 */
export async function withDeadline<Result>(
  outer: AbortSignal,
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const inner = new AbortController();
  const exceeded = new DeadlineExceeded(`More than ${timeoutMs} ms.`);
  const timer = setTimeout(() => inner.abort(exceeded), timeoutMs);
  const unlink = abortWith(inner, outer);
  try {
    return await work(inner.signal);
  } catch (error) {
    throw inner.signal.reason === exceeded ? exceeded : error;
  } finally {
    clearTimeout(timer);
    unlink();
  }
}

/** Aborts `controller` when `outer` aborts, with its reason, until the returned function is called. */
export function abortWith(controller: AbortController, outer: AbortSignal): () => void {
  if (outer.aborted) controller.abort(outer.reason);
  return onAbort(outer, () => controller.abort(outer.reason));
}
