/**
 * The simulator's control API, as far as the demo uses it (simulator/README.md describes it whole).
 * @typedef {object} PostedInquiry
 * @property {string} skId
 * @property {{ entryId: string, title: string }} inquiry
 * @property {number} visibleAtMs
 *
 * @typedef {object} ChatMessage
 * @property {number} number
 * @property {string} space
 * @property {string | null} requestId
 * @property {string[]} shown
 * @property {number} createdAtMs
 *
 * @typedef {object} StatisticsCall
 * @property {number | string} outcome
 * @property {unknown} body
 *
 * @typedef {object} SimulatorState
 * @property {{ requests: number, peakInFlight: number, offences: number, byOperation: Record<string, number> }} lms
 * @property {{ duplicates: number, offences: string[] }} chat
 *
 * @typedef {Record<string, Record<string, string | number | null>[]>} ExpectedTables
 */

/**
 * @param {string} url of the control API
 */
export function createSimulatorControl(url) {
  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   * @returns {Promise<any>}
   */
  async function call(method, path, body) {
    const response = await fetch(`${url}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`The simulator refused ${method} ${path}: ${text}`);
    return response.headers.get('content-type')?.startsWith('application/json') ? JSON.parse(text) : text;
  }
  const query = (/** @type {Record<string, string>} */ values) => new URLSearchParams(values).toString();

  return {
    /** @returns {Promise<string>} the accounts of all cohorts as `openeg cohorts import` reads them */
    cohortsCsv: () => call('GET', '/control/cohorts.csv'),
    /** @returns {Promise<{ skId: string, cohortName: string, space: string }[]>} */
    cohorts: () => call('GET', '/control/cohorts'),
    /** @param {string} space @returns {Promise<string>} its webhook */
    webhook: async (space) => (await call('GET', `/control/chat/webhook?${query({ space })}`)).url,
    /** @param {object} knobs */
    setKnobs: (knobs) => call('PATCH', '/control/knobs', knobs),
    /** @param {string} skId @param {number} visibleAfterMs how long moderation holds it back */
    ask: (skId, visibleAfterMs) => call('POST', '/control/inquiries', { skId, visibleAfterMs }),
    /** @returns {Promise<PostedInquiry[]>} */
    inquiries: () => call('GET', '/control/inquiries'),
    /** @returns {Promise<ChatMessage[]>} */
    chatMessages: () => call('GET', '/control/chat/messages'),
    /** @returns {Promise<StatisticsCall[]>} */
    statisticsCalls: () => call('GET', '/control/statistics/calls'),
    /** @returns {Promise<SimulatorState>} */
    state: () => call('GET', '/control/state'),
    /** @param {string} skId @param {string} date @returns {Promise<{ tables: ExpectedTables, keys: Record<string, string[]> }>} */
    expected: (skId, date) => call('GET', `/control/expected?${query({ skId, date })}`),
    /** @returns {Promise<unknown[]>} completed lectures that the LMS was told of */
    completions: () => call('GET', '/control/completions'),
  };
}

/** @typedef {ReturnType<typeof createSimulatorControl>} SimulatorControl */
