import type { Lesson } from '../tracker/api/progress-api';

export interface PageParameters {
  lesson: Lesson;
  token: string;
  videoUrl: string;
}

/**
 * Reads the parameters of the page's address (contract section 9): `project`, `edu`, `chasi`, `token` and `src`. `src` can
 * be relative to the page or have another origin.
 * @returns undefined if a parameter is missing, or `src` is no address of HTTP
 */
export function pageParameters(address: string): PageParameters | undefined {
  const parameters = new URL(address).searchParams;
  const [projectNo, eduNo, chasiNo, token, source] = ['project', 'edu', 'chasi', 'token', 'src'].map((name) =>
    parameters.get(name),
  );
  const memberNo = memberOfToken(token ?? '');
  if (!projectNo || !eduNo || !chasiNo || !token || !source || memberNo === undefined) return undefined;
  if (!URL.canParse(source, address)) return undefined;
  const video = new URL(source, address);
  if (video.protocol !== 'http:' && video.protocol !== 'https:') return undefined;
  return { lesson: { projectNo, eduNo, chasiNo, memberNo }, token, videoUrl: video.href };
}

/**
 * Reads `sub` from a JWT without verifying it; the server verifies. The page needs it only for its own calls.
 * @returns undefined if the token is malformed
 */
function memberOfToken(token: string): string | undefined {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(payload), (character) => character.charCodeAt(0));
    const { sub } = JSON.parse(new TextDecoder().decode(bytes)) as { sub?: unknown };
    return typeof sub === 'string' || typeof sub === 'number' ? String(sub) : undefined;
  } catch {
    return undefined;
  }
}
