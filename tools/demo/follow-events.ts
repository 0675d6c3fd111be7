import { setTimeout as sleep } from 'node:timers/promises';
import { entryHash } from './check-alerts';
import type { DemoSystem } from './start-demo-system';

const POLL_MS = 500;
const TITLE_CHARACTERS = 60;
const FINISHED_RUNS = `
  SELECT CONCAT_WS(' ', sk_id, ' ', data_type, 'of', collection_date) AS name, finished_at AS finishedAt,
    IF(status = 'stored', CONCAT(row_count, ' rows stored'), CONCAT('failed: ', error)) AS outcome
  FROM openeg_collection_runs WHERE status <> 'running' ORDER BY finished_at`;

/** Prints questions, alerts, collections, statistics triggers and completed lectures as they happen. */
export async function followEvents(
  { simulator, database }: DemoSystem,
  say: (line: string) => void,
  until: AbortSignal,
): Promise<void> {
  const printed = new Set<string>();
  const printOnce = (key: string, line: string) => {
    if (!printed.has(key)) say(line);
    printed.add(key);
  };
  while (!until.aborted) {
    const questions = new Map(
      (await simulator.inquiries()).map((question) => [entryHash(question.skId, question.inquiry.entryId), question]),
    );
    for (const [key, { skId, inquiry, visibleAtMs }] of questions) {
      const delaySeconds = Math.round((visibleAtMs - Date.now()) / 1000);
      const delay = delaySeconds > 0 ? ` (in moderation for ${delaySeconds} s)` : '';
      printOnce(`question ${key}`, `${skId}  a learner asks: ${shortened(inquiry.title)}${delay}`);
    }
    for (const { number, space, requestId, createdAtMs, shown } of await simulator.chatMessages()) {
      const question = questions.get(requestId ?? '');
      const seconds = ((createdAtMs - (question?.visibleAtMs ?? 0)) / 1000).toFixed(1);
      const line =
        question === undefined
          ? `Google Chat, ${space}: ${shortened(shown[0] ?? '')}`
          : `${question.skId}  in Google Chat, ${seconds} s after it was visible`;
      printOnce(`message ${number}`, line);
    }
    for (const run of await database.query<{ name: string; finishedAt: Date; outcome: string }>(FINISHED_RUNS)) {
      printOnce(`run ${run.name} ${Number(run.finishedAt)}`, `${run.name}: ${run.outcome}`);
    }
    for (const [index, { outcome, body }] of (await simulator.statisticsCalls()).entries()) {
      printOnce(`trigger ${index}`, `Statistics server: ${JSON.stringify(body)} (answered ${outcome})`);
    }
    const completions = (await simulator.completions()).length;
    if (completions > 0) printOnce(`completions ${completions}`, `LMS: ${completions} completed lecture(s) so far`);
    await sleep(POLL_MS, undefined, { signal: until }).catch(() => {});
  }
}

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > TITLE_CHARACTERS ? `${line.slice(0, TITLE_CHARACTERS)}…` : line;
}
