import { setTimeout as sleep } from 'node:timers/promises';
import { entryHash } from './check-alerts';
import type { DemoSystem } from './start-demo-system';

const POLL_MS = 500;
const TITLE_CHARACTERS = 60;

interface FinishedRun {
  skId: string;
  date: string;
  dataType: string;
  status: string;
  rowCount: number;
  error: string | null;
  finishedAt: Date;
}

/** Prints questions, alerts, collections, statistics triggers and completed lectures as they happen. */
export async function followEvents(
  { simulator, database }: DemoSystem,
  say: (line: string) => void,
  until: AbortSignal,
): Promise<void> {
  /** By the key of their alert. */
  const questions = new Map<string, { skId: string; visibleAtMs: number }>();
  const seen = { message: 0, statisticsCalls: 0, completions: 0 };
  const runs = new Set<string>();

  const printQuestions = async () => {
    for (const { skId, inquiry, visibleAtMs } of await simulator.inquiries()) {
      const key = entryHash(skId, inquiry.entryId);
      if (questions.has(key)) continue;
      questions.set(key, { skId, visibleAtMs });
      const delaySeconds = Math.round((visibleAtMs - Date.now()) / 1000);
      const delay = delaySeconds > 0 ? ` (in moderation for ${delaySeconds} s)` : '';
      say(`${skId}  a learner asks: ${shortened(inquiry.title)}${delay}`);
    }
  };
  const printMessages = async () => {
    for (const { number, space, requestId, createdAtMs, shown } of await simulator.chatMessages()) {
      if (number <= seen.message) continue;
      seen.message = number;
      const question = questions.get(requestId ?? '');
      if (question === undefined) say(`Google Chat, ${space}: ${shortened(shown[0] ?? '')}`);
      else {
        const seconds = ((createdAtMs - question.visibleAtMs) / 1000).toFixed(1);
        say(`${question.skId}  in Google Chat, ${seconds} s after it was visible`);
      }
    }
  };
  const printRuns = async () => {
    const finished = await database.query<FinishedRun>(
      `SELECT sk_id AS skId, collection_date AS date, data_type AS dataType, status, row_count AS rowCount, error, finished_at AS finishedAt
       FROM openeg_collection_runs WHERE status <> 'running' ORDER BY finished_at`,
    );
    for (const { skId, date, dataType, status, rowCount, error, finishedAt } of finished) {
      const key = `${skId} ${date} ${dataType} ${Number(finishedAt)}`;
      if (runs.has(key)) continue;
      runs.add(key);
      say(`${skId}  ${dataType} of ${date}: ${status === 'stored' ? `${rowCount} rows stored` : `failed: ${error}`}`);
    }
  };
  const printTriggers = async () => {
    const calls = await simulator.statisticsCalls();
    for (const { outcome, body } of calls.slice(seen.statisticsCalls)) {
      say(`Statistics server: ${JSON.stringify(body)} (answered ${outcome})`);
    }
    seen.statisticsCalls = calls.length;
  };
  const printCompletions = async () => {
    const completions = (await simulator.completions()).length;
    if (completions > seen.completions) say(`LMS: ${completions} completed lecture(s) so far`);
    seen.completions = completions;
  };

  while (!until.aborted) {
    for (const print of [printQuestions, printMessages, printRuns, printTriggers, printCompletions]) await print();
    await sleep(POLL_MS, undefined, { signal: until }).catch(() => {});
  }
}

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > TITLE_CHARACTERS ? `${line.slice(0, TITLE_CHARACTERS)}…` : line;
}
