import { createChatSpaces } from './chat/chat-spaces';
import { startChatServer } from './chat/chat-server';
import { startControlServer } from './control/control-server';
import type { CourseSize } from './data/course-generator';
import { expectedRows } from './expected-rows';
import { defaultKnobs, patchKnobs } from './knobs';
import { createLearners } from './learners';
import { createCohortWorld, type CohortAccount, type CohortWorld } from './lms/cohort-world';
import { createLmsAccounts } from './lms/lms-accounts';
import { startLmsServer } from './lms/lms-server';
import { createRequestLedger } from './lms/request-ledger';
import { addRow, addRowSchema, changeRows, changeRowsSchema, dropRows, dropRowsSchema } from './lms/row-changes';
import { cohortDraftSchema, type Simulator, type SimulatorOptions } from './simulator';
import { startStatisticsServer } from './statistics/statistics-server';

const DEFAULT_SIZE: CourseSize = { students: 30, pblProblems: 4, tasks: 5, units: 4, lessonsPerUnit: 6 };

/** Starts LMS, Google Chat, statistics server and control API, each on a port of its own. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  // The parts share the knob objects, so a change is in force with the next request.
  const { host = '127.0.0.1', port = 0, seed = 'openeg' } = options;
  const knobs = defaultKnobs();
  patchKnobs(knobs, options.knobs ?? {});
  const size = { ...DEFAULT_SIZE, ...options.size };
  const now = () => Date.now() + knobs.lms.clockOffsetMs;
  const worlds = new Map<string, CohortWorld>();
  const accounts = createLmsAccounts(knobs.lms, now);
  const ledger = createRequestLedger();
  const spaces = createChatSpaces();
  const portOf = (index: number) => (port === 0 ? 0 : port + index);

  const lms = await startLmsServer({ host, port, seed, knobs: knobs.lms, cohorts: worlds, accounts, ledger, now });
  const chat = await startChatServer({
    host,
    port: portOf(1),
    seed,
    knobs: knobs.chat,
    spaces,
    webhookKey: options.webhookKey ?? 'simulated-key',
    webhookToken: options.webhookToken ?? 'simulated-token',
  });
  const statistics = await startStatisticsServer({ host, port: portOf(2), seed, knobs: knobs.statistics });

  function worldOf(skId: string): CohortWorld {
    const world = worlds.get(skId);
    if (world === undefined) throw new Error(`no such cohort: ${skId}`);
    return world;
  }

  const simulator: Omit<Simulator, 'controlUrl' | 'chatPageUrl' | 'close'> = {
    lmsUrl: lms.url,
    chatBaseUrl: chat.url,
    chatUrl: chat.webhookUrl,
    statisticsUrl: statistics.triggerUrl,
    knobs,
    async setKnobs(patch) {
      patchKnobs(knobs, patch);
      await Promise.all([
        lms.setListening(knobs.lms.availability !== 'refuse'),
        chat.setListening(knobs.chat.availability !== 'refuse'),
        statistics.setListening(knobs.statistics.availability !== 'refuse'),
      ]);
      if (patch.learners !== undefined) learners.apply();
    },
    addCohort(given) {
      const draft = cohortDraftSchema.parse(given);
      const account: CohortAccount = {
        skId: draft.skId,
        cohortName: draft.cohortName ?? `${draft.skId} 클라우드 개발자 과정`,
        loginId: draft.loginId ?? `manager-${draft.skId}`,
        password: draft.password ?? `password-${draft.skId}`,
        space: draft.space ?? `space-${draft.skId}`,
      };
      worlds.set(draft.skId, createCohortWorld({ seed, account, size: { ...size, ...draft.size }, now }));
      accounts.set(account.loginId, account.password);
      return account;
    },
    cohorts: () => [...worlds.values()].map((world) => world.account),
    cohortsCsv() {
      const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
      const lines = [...worlds.values()].map(({ account }) =>
        [account.skId, account.cohortName, account.loginId, account.password, chat.webhookUrl(account.space)]
          .map(quoted)
          .join(','),
      );
      return ['sk_id,cohort_name,login_id,password,chat_webhook_url', ...lines, ''].join('\n');
    },
    setPassword(skId, password) {
      const { account } = worldOf(skId);
      account.password = password;
      accounts.set(account.loginId, password);
    },
    addInquiry: (skId, draft = {}) => worldOf(skId).inquiries.add(draft),
    dropInquiries: (skId, entryIds) => worldOf(skId).inquiries.drop(entryIds),
    inquiries: (skId) =>
      (skId === undefined ? [...worlds.values()] : [worldOf(skId)]).flatMap((world) => world.inquiries.all()),
    dropRows: (change) => dropRows(worldOf(change.skId), dropRowsSchema.parse(change)),
    changeRows: (change) => changeRows(worldOf(change.skId), changeRowsSchema.parse(change)),
    addRow: (change) => addRow(worldOf(change.skId), addRowSchema.parse(change)),
    expectedRows: (skId, date) => expectedRows(worldOf(skId), date),
    revokeTokens: (skId) => accounts.revokeTokens(skId === undefined ? undefined : worldOf(skId).account.loginId),
    unlockAccount: (skId) => accounts.unlock(worldOf(skId).account.loginId),
    state() {
      const completions = simulator.completions();
      return {
        lms: {
          ...ledger.counts(),
          ...accounts.counts(),
          faults: lms.faults.counts(),
          completions: {
            recorded: completions.length,
            repeated: completions.reduce((sum, completion) => sum + completion.reports - 1, 0),
          },
          inquiries: simulator.inquiries().length,
        },
        chat: { ...spaces.counts, offences: [...spaces.counts.offences], faults: chat.faults.counts() },
        statistics: {
          calls: statistics.calls.length,
          accepted: statistics.calls.filter((call) => call.outcome === 200).length,
          faults: statistics.faults.counts(),
        },
      };
    },
    resetCounts() {
      ledger.reset();
      accounts.resetCounts();
      spaces.reset();
      statistics.calls.length = 0;
      for (const part of [lms, chat, statistics]) part.faults.resetCounts();
    },
    repeatedRequests: () => ledger.repeated(),
    chatMessages: (space) => spaces.messages(space),
    statisticsCalls: () => [...statistics.calls],
    completions: () => [...worlds.values()].flatMap((world) => [...world.completions.values()]),
    now,
  };

  const learners = createLearners({
    seed,
    knobs: knobs.learners,
    cohorts: simulator.cohorts,
    ask: simulator.addInquiry,
  });
  for (let index = 1; index <= (options.cohorts ?? 0); index++) {
    simulator.addCohort({ skId: `SK${String(index).padStart(3, '0')}` });
  }
  const control = await startControlServer({ host, port: portOf(3), simulator });
  await simulator.setKnobs({ learners: {} });

  return {
    ...simulator,
    controlUrl: control.url,
    chatPageUrl: `${control.url}/chat`,
    async close() {
      learners.stop();
      await Promise.all([lms.close(), chat.close(), statistics.close(), control.close()]);
    },
  };
}
