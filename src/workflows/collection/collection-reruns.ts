import { ApplicationFailure } from '@temporalio/common';
import {
  CancellationScope,
  ChildWorkflowCancellationType,
  allHandlersFinished,
  condition,
  continueAsNew,
  executeChild,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { CollectionCoreActivities } from '../../activities/collection/collection-core-activities';
import type { RerunRequest } from '../../domain/collection/collection-request';
import type { ErrorCode } from '../../domain/shared/service-error';
import { rerunDateSignal, rerunUpdate, rerunsStatusQuery } from '../contract';
import { DATABASE_POLICY } from '../shared/activity-policies';
import { nightlyCollection } from './nightly-collection';
import { RerunQueue, type RerunOutcome, type RerunQueueState, type RerunTurn } from './rerun-queue';
import { isActivityFailure } from '../shared/failure-reason';
import { readArgument, signalAsSent } from '../shared/signal-as-sent';

const RUNS_AT_ONCE = 2;
/** The pause after the database did not tell its time. No failure of the database may end this workflow. */
const ASK_AGAIN_MS = 10_000;

const { readRequestTime } = proxyActivities<CollectionCoreActivities>(DATABASE_POLICY);

/**
 * Takes requests to collect dates again and runs them, without end. Handlers are synchronous and put a request into the
 * queue, and the queue is handed on, so no request is lost when a run continues as a new one.
 */
export async function collectionReruns(handedOn?: RerunQueueState): Promise<void> {
  const queue = new RerunQueue(workflowInfo().firstExecutionRunId.slice(0, 8), handedOn);

  setHandler(rerunsStatusQuery, () => queue.status());
  setHandler(signalAsSent(rerunDateSignal), (argument) => {
    const request = readArgument(argument);
    const issue = queue.issueOf(request, new Date());
    if (issue === undefined) queue.accept(request);
    else queue.reject(issue, new Date());
    show(queue);
  });
  setHandler(
    rerunUpdate,
    (request: RerunRequest) => {
      const ticket = queue.accept(request);
      show(queue);
      return ticket;
    },
    {
      validator: (request: RerunRequest) => {
        const issue = queue.issueOf(request, new Date());
        if (issue === undefined) return;
        throw ApplicationFailure.nonRetryable(`Wrong request: ${issue}.`, 'INPUT_INVALID' satisfies ErrorCode);
      },
    },
  );
  show(queue);

  const lane = async () => {
    for (;;) {
      await condition(() => queue.hasTurn || workflowInfo().continueAsNewSuggested);
      if (workflowInfo().continueAsNewSuggested) return;
      const turn = queue.take();
      if (turn === undefined) continue;
      show(queue);
      const outcome = await run(turn);
      queue.finish(turn, outcome, new Date());
      show(queue);
    }
  };
  await Promise.all(Array.from({ length: RUNS_AT_ONCE }, lane));
  await condition(allHandlersFinished);
  await continueAsNew<typeof collectionReruns>(queue.handOn());
}

/** A run that has begun goes on when this workflow is ended by hand. */
async function run({ queued, date, workflowId }: RerunTurn): Promise<RerunOutcome> {
  // Not a function: one more promise would change the order of commands in recorded histories.
  while (queued.requestedAt === null) {
    try {
      const { requestedAt } = await readRequestTime.executeWithOptions({ summary: `Re-run of ${date}` }, []);
      queued.requestedAt = requestedAt;
    } catch (error) {
      if (!isActivityFailure(error)) throw error;
      await sleep(ASK_AGAIN_MS, { summary: "Until the database's time is asked for again" });
    }
  }
  const { to, skIds, dataTypes } = queued.request;
  try {
    const {
      stored,
      failed,
      to: collectedTo,
    } = await executeChild(nightlyCollection, {
      workflowId,
      args: [
        { date, skIds, dataTypes },
        { requestedAt: queued.requestedAt, to },
      ],
      parentClosePolicy: 'ABANDON',
      cancellationType: ChildWorkflowCancellationType.ABANDON,
      staticSummary: `Re-run of ${date}`,
    });
    return { stored, failed, collectedTo };
  } catch (error) {
    if (CancellationScope.current().consideredCancelled) throw error;
    // The run was cancelled or terminated by hand. Its own details say how far it came.
    return { stored: 0, failed: 1, collectedTo: to };
  }
}

function show(queue: RerunQueue): void {
  setCurrentDetails(queue.details());
}
