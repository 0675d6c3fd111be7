import { continueAsNew, proxyActivities, setCurrentDetails, sleep, workflowInfo } from '@temporalio/workflow';
import type { CompletionLmsActivities } from '../../activities/completion/completion-lms-activities';
import type { CompletionReportInput } from '../contract';
import { COMPLETION_POLICY } from '../shared/activity-policies';

const { reportCompletion } = proxyActivities<CompletionLmsActivities>(COMPLETION_POLICY);

/** The wait while a person is needed is random, so that a cohort's completions do not all come at the same moment. */
const SHORTEST_WAIT_MS = 10 * 60_000;
const LONGEST_WAIT_MS = 20 * 60_000;
/** A day of waiting makes about a thousand events. */
const TRIES_A_RUN = 100;

/**
 * Reports a completed lecture until the LMS took it. While the cohort is unknown or inactive, or its account is held, it
 * waits: the completion is in the database, and an incident is open.
 */
export async function completionReport(input: CompletionReportInput): Promise<{ outcome: 'reported' | 'gone' }> {
  const { completionId } = input;
  for (let tries = 1; tries <= TRIES_A_RUN && !workflowInfo().continueAsNewSuggested; tries += 1) {
    const result = await reportCompletion.executeWithOptions({ summary: completionId }, [{ completionId }]);
    if (result.outcome !== 'waiting') return { outcome: result.outcome };
    setCurrentDetails(`Waits for a person: **${result.code}** ${result.message}`);
    const waitMs = SHORTEST_WAIT_MS + Math.random() * (LONGEST_WAIT_MS - SHORTEST_WAIT_MS);
    await sleep(waitMs, { summary: `Until the next try: ${result.code}` });
  }
  return continueAsNew<typeof completionReport>({ completionId });
}
