import { createHmac } from 'node:crypto';

export interface DemoLinkOptions {
  /** Of the HTTP server, like `http://127.0.0.1:8080`. */
  baseUrl: string;
  /** `OPENEG_PROGRESS_JWT_SECRET`. */
  jwtSecret: string;
  projectNo: string;
  memberNo: string;
  expiresAt: Date;
}

/** The demo's lecture: its video is an asset of the page, and no roadmap knows it. */
const DEMO_LESSON = { edu: 'demo', chasi: 'completion-in-a-minute' };

/** The start page with a token of `memberNo`: a newcomer completes a lecture there in a minute. */
export function demoLink({ baseUrl, jwtSecret, projectNo, memberNo, expiresAt }: DemoLinkOptions): string {
  const token = signToken(jwtSecret, { sub: memberNo, exp: Math.floor(expiresAt.getTime() / 1000) });
  return `${baseUrl}/demo?${new URLSearchParams({ project: projectNo, ...DEMO_LESSON, token })}`;
}

/** A token for the progress API (contract section 7): HS256, `sub` = memberNo. */
export function signToken(secret: string, claims: { sub: string; exp?: number }): string {
  const signed = [{ alg: 'HS256', typ: 'JWT' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}
