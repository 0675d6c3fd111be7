'use strict';
const { createHmac } = require('node:crypto');

/** The demo's lecture: its video is an asset of the page, and no roadmap knows it. */
const DEMO_LESSON = { edu: 'demo', chasi: 'completion-in-a-minute' };

/**
 * The address at which a newcomer completes a lecture in a minute: the start page, with a token of `memberNo`.
 * @param {object} options
 * @param {string} options.baseUrl of the HTTP server, like `http://127.0.0.1:8080`
 * @param {string} options.jwtSecret `OPENEG_PROGRESS_JWT_SECRET`
 * @param {string} options.projectNo
 * @param {string} options.memberNo
 * @param {Date} options.expiresAt
 */
function demoLink({ baseUrl, jwtSecret, projectNo, memberNo, expiresAt }) {
  const parameters = new URLSearchParams({
    project: projectNo,
    ...DEMO_LESSON,
    token: signToken(jwtSecret, memberNo, expiresAt),
  });
  return `${baseUrl}/demo?${parameters}`;
}

/**
 * A token that the progress API accepts (contract section 7): HS256, `sub` = memberNo.
 * @param {string} secret
 * @param {string} memberNo
 * @param {Date} expiresAt
 */
function signToken(secret, memberNo, expiresAt) {
  const claims = { sub: memberNo, exp: Math.floor(expiresAt.getTime() / 1000) };
  const signed = [{ alg: 'HS256', typ: 'JWT' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

module.exports = { demoLink };
