import { createChatSpaces } from './chat/chat-spaces';
import { startChatServer } from './chat/chat-server';
import { startControlServer, type Controlled } from './control/control-server';
import { defaultKnobs, patchKnobs } from './knobs';
import { createLearners } from './learners';
import { startSimulatedLms } from './lms/simulated-lms';
import type { Simulator, SimulatorOptions } from './simulator';
import { startStatisticsServer } from './statistics/statistics-server';

/** Starts LMS, Google Chat, statistics server and control API, each on its own port. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { host = '127.0.0.1', port = 0, seed = 'openeg', size = {} } = options;
  const portOf = (index: number) => (port === 0 ? 0 : port + index);
  // All parts share the knob objects, so a change is effective with the next request.
  const knobs = defaultKnobs();
  patchKnobs(knobs, options.knobs ?? {});

  const lms = await startSimulatedLms({ host, port: portOf(0), seed, size, knobs: knobs.lms });
  const spaces = createChatSpaces();
  const { webhookKey = 'simulated-key', webhookToken = 'simulated-token' } = options;
  const chat = await startChatServer({
    ...{ host, port: portOf(1), seed, spaces, webhookKey, webhookToken },
    knobs: knobs.chat,
  });
  const statistics = await startStatisticsServer({ host, port: portOf(2), seed, knobs: knobs.statistics });

  const learners = createLearners({
    seed,
    knobs: knobs.learners,
    cohorts: lms.controls.cohorts,
    ask: lms.controls.addInquiry,
  });

  const controlled: Controlled = {
    ...lms.controls,
    lmsUrl: lms.server.url,
    chatBaseUrl: chat.url,
    chatUrl: chat.webhookUrl,
    statisticsUrl: statistics.triggerUrl,
    knobs,
    async setKnobs(patch) {
      patchKnobs(knobs, patch);
      await Promise.all([
        lms.server.setListening(knobs.lms.availability !== 'refuse'),
        chat.setListening(knobs.chat.availability !== 'refuse'),
        statistics.setListening(knobs.statistics.availability !== 'refuse'),
      ]);
      if (patch.learners !== undefined) learners.apply();
    },
    cohortsCsv() {
      const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
      const lines = lms.controls
        .cohorts()
        .map(({ skId, cohortName, loginId, password, space }) =>
          [skId, cohortName, loginId, password, chat.webhookUrl(space)].map(quoted).join(','),
        );
      return ['sk_id,cohort_name,login_id,password,chat_webhook_url', ...lines, ''].join('\n');
    },
    state: () => ({
      lms: lms.state(),
      chat: { ...spaces.counts, offences: [...spaces.counts.offences], faults: chat.faults.counts() },
      statistics: {
        calls: statistics.calls.length,
        accepted: statistics.calls.filter((call) => call.outcome === 200).length,
        faults: statistics.faults.counts(),
      },
    }),
    resetCounts() {
      lms.resetCounts();
      spaces.reset();
      statistics.calls.length = 0;
      for (const part of [chat, statistics]) part.faults.resetCounts();
    },
    chatMessages: (space) => spaces.messages(space),
    statisticsCalls: () => [...statistics.calls],
  };

  for (let index = 1; index <= (options.cohorts ?? 0); index++) {
    controlled.addCohort({ skId: `SK${String(index).padStart(3, '0')}` });
  }
  const control = await startControlServer({ host, port: portOf(3), simulator: controlled });
  // Applies the knobs of the options.
  await controlled.setKnobs({ learners: {} });

  return {
    ...controlled,
    controlUrl: control.url,
    chatPageUrl: `${control.url}/chat`,
    async close() {
      learners.stop();
      await Promise.all([lms.server.close(), chat.close(), statistics.close(), control.close()]);
    },
  };
}
