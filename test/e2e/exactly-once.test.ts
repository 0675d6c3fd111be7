import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { startSystem, type RunningProcess, type System } from '../support/system';
import { waitUntil } from '../support/wait-until';

const COHORTS = 20;
const INQUIRIES_EACH = 25;
const TOTAL = COHORTS * INQUIRIES_EACH;
const KILLS = 10;

let system: System;

beforeAll(async () => {
  system = await startSystem({
    simulator: {
      cohorts: COHORTS,
      size: { students: 3 },
      knobs: {
        lms: {
          latencyMs: 5,
          jitterMs: 10,
          pageSize: 7,
          shiftedPages: true,
          unknownFields: true,
          resetLingerMs: 200,
          faults: [
            { fault: 'status', status: 500, probability: 0.02 },
            { fault: 'status', status: 502, probability: 0.01 },
            { fault: 'status', status: 504, probability: 0.01 },
            { fault: 'status', status: 503, retryAfterSeconds: 1, probability: 0.01 },
            { fault: 'status', status: 429, retryAfterSeconds: 1, probability: 0.01 },
            { fault: 'revoke-token', probability: 0.02 },
            { fault: 'reset', probability: 0.01 },
            { fault: 'lose-answer', probability: 0.01 },
            { fault: 'cut-body', probability: 0.02 },
            { fault: 'html-page', probability: 0.02 },
            { fault: 'hang', probability: 0.002 },
            { fault: 'missing-date', probability: 0.02 },
          ],
        },
        chat: {
          hangMs: 3_000,
          // A space takes a message in this time; the service itself keeps a whole second.
          messageIntervalMs: 1_000,
          faults: [
            { fault: 'status', status: 429, probability: 0.05 },
            { fault: 'status', status: 429, retryAfterSeconds: 1, probability: 0.03 },
            { fault: 'status', status: 503, probability: 0.03 },
            { fault: 'reset', probability: 0.02 },
            { fault: 'create-then-reset', probability: 0.05 },
            { fault: 'create-then-fail', probability: 0.05 },
            { fault: 'create-then-hang', probability: 0.01 },
          ],
        },
      },
    },
    environment: { OPENEG_SLEEP_TIME: '2', OPENEG_OPS_WEBHOOK_URL: '' },
  });
});

afterAll(() => system?.stop());

it('brings each of 500 inquiries to its space once, whatever fails meanwhile', async () => {
  const { simulator } = system;
  expect((await system.openeg('migrate')).code).toBe(0);
  await system.importCohorts();
  const workers: RunningProcess[] = [await system.startWorker(), await system.startWorker()];
  expect((await system.openeg('start')).code).toBe(0);

  const asking = askQuestions();
  // Kills, and two restarts of servers between them, at random moments while questions come in.
  for (let kill = 0; kill < KILLS; kill++) {
    await sleep(500 + Math.random() * 5_000);
    const victim = Math.floor(Math.random() * workers.length);
    workers[victim]!.signal('SIGKILL');
    await workers[victim]!.exited;
    if (kill === 3) await system.databaseServer.restart();
    if (kill === 6) await system.temporal.restart();
    if (kill === 8) {
      await system.databaseServer.kill();
      await system.temporal.kill();
      await Promise.all([system.databaseServer.restart(), system.temporal.restart()]);
    }
    workers[victim] = await system.startWorker();
  }
  await asking;

  await waitUntil(() => inquiryMessages().length >= TOTAL, {
    deadlineMs: 300_000,
    what: `${TOTAL} messages in Chat`,
  });
  await waitUntil(
    async () => {
      const [row] = await system.database.query<{ sent: number }>(
        'SELECT COUNT(*) AS sent FROM openeg_entry_tracking WHERE processed_at IS NOT NULL',
      );
      return Number(row?.sent) === TOTAL;
    },
    { deadlineMs: 120_000, what: 'each alert is marked as taken' },
  );

  const byRequestId = new Map(inquiryMessages().map((message) => [message.requestId, message]));
  expect(inquiryMessages()).toHaveLength(TOTAL);
  for (const { skId, inquiry } of simulator.inquiries()) {
    const hash = createHash('sha256').update(`${skId}\n${inquiry.entryId}`).digest('hex');
    const message = byRequestId.get(hash);
    expect(message?.space).toBe(`space-${skId}`);
    expect(message?.shown.join('\n')).toContain(inquiry.title);
  }

  const { lms, chat } = simulator.state();
  expect(lms.offences).toBe(0);
  expect(lms.peakInFlight).toBeLessThanOrEqual(15);
  expect(lms.lockedAccounts).toEqual([]);
  expect(chat.offences).toEqual([]);
  // Answers were lost on purpose, so Chat must have dropped repeated posts: otherwise nothing was tested.
  expect(chat.duplicates).toBeGreaterThan(0);
  process.stderr.write(
    `${TOTAL} inquiries, ${chat.created} messages created, ${chat.duplicates} repeated posts dropped by Chat, ` +
      `${chat.rateLimited} posts above its pace, faults at the LMS ${JSON.stringify(lms.faults)}\n`,
  );
}, 900_000);

function inquiryMessages() {
  return system.simulator.chatMessages().filter((message) => message.space.startsWith('space-'));
}

/** Spreads the questions over about a minute; each is held for moderation for up to eight seconds. */
async function askQuestions(): Promise<void> {
  for (let round = 0; round < INQUIRIES_EACH; round++) {
    for (const { skId } of system.simulator.cohorts()) {
      system.simulator.addInquiry(skId, { visibleAfterMs: Math.random() * 8_000, awkward: Math.random() < 0.3 });
    }
    await sleep(2_000);
  }
}
