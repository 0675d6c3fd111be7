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

/** Where a newcomer sees a lecture completed in a minute: the start page, with a token of `memberNo`. */
export function demoLink({ baseUrl, jwtSecret, projectNo, memberNo, expiresAt }: DemoLinkOptions): string {
  const parameters = new URLSearchParams({
    project: projectNo,
    ...DEMO_LESSON,
    token: signToken(jwtSecret, memberNo, expiresAt),
  });
  return `${baseUrl}/demo?${parameters}`;
}

/** A token as the progress API takes it (contract section 7): HS256, `sub` = memberNo. */
function signToken(secret: string, memberNo: string, expiresAt: Date): string {
  const claims = { sub: memberNo, exp: Math.floor(expiresAt.getTime() / 1000) };
  const signed = [{ alg: 'HS256', typ: 'JWT' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}
