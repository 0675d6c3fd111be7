import { DeterminismViolationError } from '@temporalio/workflow';
import { Worker } from '@temporalio/worker';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as workflows from '../../src/workflows';
import { workflowBundle } from '../support/workflow-workers';

interface History {
  events: {
    eventType: string;
    workflowExecutionStartedEventAttributes?: { workflowType: { name: string } };
    activityTaskScheduledEventAttributes?: { activityType: { name: string } };
    startChildWorkflowExecutionInitiatedEventAttributes?: { workflowType: { name: string } };
  }[];
}

const HISTORIES = join(__dirname, 'histories');
const files = readdirSync(HISTORIES).filter((name) => name.endsWith('.json'));
const read = (file: string) => JSON.parse(readFileSync(join(HISTORIES, file), 'utf8')) as History;
const workflowTypeOf = (history: History) =>
  history.events[0]!.workflowExecutionStartedEventAttributes!.workflowType.name;

async function replay(history: History): Promise<void> {
  await Worker.runReplayHistory({ workflowBundle: await workflowBundle() }, history);
}

it.each(files)("today's code replays %s", async (file) => {
  await replay(read(file));
});

it.each(files)('an altered %s is refused', async (file) => {
  const history = read(file);
  const step = history.events.find(
    (event) => event.activityTaskScheduledEventAttributes ?? event.startChildWorkflowExecutionInitiatedEventAttributes,
  );
  if (step === undefined) throw new Error(`${file} records nothing that could be altered`);
  const type = (step.activityTaskScheduledEventAttributes?.activityType ??
    step.startChildWorkflowExecutionInitiatedEventAttributes?.workflowType)!;
  type.name = 'somethingElse';
  await expect(replay(history)).rejects.toThrow(DeterminismViolationError);
});

it('every workflow type has a recorded history', () => {
  const recorded = new Set(files.map((file) => workflowTypeOf(read(file))));
  expect(Object.keys(workflows).filter((type) => !recorded.has(type))).toEqual([]);
});
