import type { Lesson } from '../tracker/api/lesson';
import { memberOfToken } from './member-of-token';

export interface PageParameters {
  lesson: Lesson;
  token: string;
  videoUrl: string;
}

/**
 * What the address of the page says (contract section 9): `project`, `edu`, `chasi`, `token`, and `src`, which may be
 * relative to the page or of another origin.
 * @returns undefined when something is missing or can't be a video's address
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
