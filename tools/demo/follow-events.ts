import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDemoDatabase } from './open-demo-database.mjs';

const POLL_MS = 500;
const LONGEST_TITLE = 60;

/**
 * Says what happens as it happens: questions, alerts, collections, statistics triggers, completed lectures.
 * @param {import('./start-demo-system.mjs').DemoSystem} system
 * @param {(line: string) => void} say
 * @param {AbortSignal} until
 */
export async function followEvents(system, say, until) {
  const { simulator } = system;
  const connection = await openDemoDatabase(system.variables);
  /** @type {Map<string, { skId: string, visibleAtMs: number }>} by the key of their alert */
  const questions = new Map();
  const seen = { chat: 0, statistics: 0, completions: 0 };
  /** @type {Set<string>} */
  const runs = new Set();

  const tellQuestions = async () => {
    for (const { skId, inquiry, visibleAtMs } of await simulator.inquiries()) {
      const key = createHash('sha256').update(`${skId}\n${inquiry.entryId}`).digest('hex');
      if (questions.has(key)) continue;
      questions.set(key, { skId, visibleAtMs });
      const heldSeconds = Math.round((visibleAtMs - Date.now()) / 1000);
      const held = heldSeconds > 0 ? ` (held by moderation for ${heldSeconds} s)` : '';
      say(`${skId}  a learner asks: ${shortened(inquiry.title)}${held}`);
    }
  };
  const tellAlerts = async () => {
    for (const { number, space, requestId, createdAtMs, shown } of await simulator.chatMessages()) {
      if (number <= seen.chat) continue;
      seen.chat = number;
      const question = questions.get(requestId ?? '');
      if (question === undefined) say(`Google Chat, ${space}: ${shortened(shown[0] ?? '')}`);
      else
        say(
          `${question.skId}  in Google Chat, ${((createdAtMs - question.visibleAtMs) / 1000).toFixed(1)} s after it could be seen`,
        );
    }
  };
  const tellRuns = async () => {
    const [rows] = await connection.query(
      `SELECT sk_id AS skId, collection_date AS date, data_type AS dataType, status, row_count AS rowCount, error, finished_at AS finishedAt
       FROM openeg_collection_runs WHERE status <> 'running' ORDER BY finished_at`,
    );
    for (const run of /** @type {Record<string, string | number | Date>[]} */ (rows)) {
      const key = `${run.skId} ${run.date} ${run.dataType} ${Number(run.finishedAt)}`;
      if (runs.has(key)) continue;
      runs.add(key);
      const outcome = run.status === 'stored' ? `${run.rowCount} rows stored` : `failed: ${run.error}`;
      say(`${run.skId}  ${run.dataType} of ${run.date}: ${outcome}`);
    }
  };
  const tellTriggers = async () => {
    const calls = await simulator.statisticsCalls();
    for (const { outcome, body } of calls.slice(seen.statistics)) {
      say(`Statistics server: ${JSON.stringify(body)} (answered ${outcome})`);
    }
    seen.statistics = calls.length;
  };
  const tellCompletions = async () => {
    const completions = (await simulator.completions()).length;
    if (completions > seen.completions) say(`LMS: told of ${completions} completed lecture(s)`);
    seen.completions = completions;
  };

  try {
    while (!until.aborted) {
      for (const tell of [tellQuestions, tellAlerts, tellRuns, tellTriggers, tellCompletions]) await tell();
      await sleep(POLL_MS, undefined, { signal: until }).catch(() => {});
    }
  } finally {
    connection.destroy();
  }
}

/** @param {string} text */
function shortened(text) {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > LONGEST_TITLE ? `${line.slice(0, LONGEST_TITLE)}…` : line;
}
