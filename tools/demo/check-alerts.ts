'use strict';
const { createHash } = require('node:crypto');

/**
 * What became of the learners' questions in Google Chat.
 * @typedef {object} AlertCheck
 * @property {number} asked
 * @property {number} created questions with a message in their cohort's space
 * @property {number} doubled messages beyond a question's first
 * @property {number} dropped messages that Chat got again, with the same key, and did not create again
 */

/**
 * @param {import('./simulator-control.mjs').SimulatorControl} simulator
 * @returns {Promise<AlertCheck>}
 */
async function checkAlerts(simulator) {
  const [cohorts, inquiries, messages, state] = await Promise.all([
    simulator.cohorts(),
    simulator.inquiries(),
    simulator.chatMessages(),
    simulator.state(),
  ]);
  const spaceOf = new Map(cohorts.map(({ skId, space }) => [skId, space]));
  const cohortSpaces = new Set(spaceOf.values());
  const alerts = messages.filter(({ space }) => cohortSpaces.has(space));
  const posted = new Set(alerts.map(({ space, requestId }) => `${space} ${requestId}`));
  const created = inquiries.filter(({ skId, inquiry }) =>
    posted.has(`${spaceOf.get(skId)} ${entryHash(skId, inquiry)}`),
  );
  return {
    asked: inquiries.length,
    created: created.length,
    doubled: alerts.length - created.length,
    dropped: state.chat.duplicates,
  };
}

/**
 * The key of an alert (contract section 5).
 * @param {string} skId
 * @param {{ entryId: string }} inquiry
 */
function entryHash(skId, { entryId }) {
  return createHash('sha256').update(`${skId}\n${entryId}`, 'utf8').digest('hex');
}

module.exports = { checkAlerts };
