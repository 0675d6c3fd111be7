'use strict';
const { aptIsThere, installByApt } = require('./install-by-apt');
const { SetupFailure, reasonOf } = require('./setup-failure');

const OTHERWISE = 'Install Chromium or Chrome (CHROME_PATH names one that is not on PATH) to run them.';

/** @param {import('./surroundings').Surroundings} surroundings */
async function installChromium(surroundings) {
  if (!aptIsThere(surroundings)) throw new SetupFailure(`No Chromium or Chrome is on this machine. ${OTHERWISE}`);
  try {
    surroundings.say('    by apt: chromium (about 100 MB)');
    await installByApt(surroundings, ['chromium']);
  } catch (error) {
    throw new SetupFailure(`Chromium could not be installed by apt: ${reasonOf(error)}. ${OTHERWISE}`);
  }
}

module.exports = { installChromium };
