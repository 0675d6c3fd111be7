/** Which lesson whose progress is: contract section 7. `memberNo` is the `sub` of the token. */
export interface Lesson {
  projectNo: string;
  eduNo: string;
  chasiNo: string;
  memberNo: string;
}

/** One text for one member's lesson, without a clash between lessons whose numbers hold separators. */
export function lessonName({ projectNo, eduNo, chasiNo, memberNo }: Lesson): string {
  return [projectNo, eduNo, chasiNo, memberNo].map(encodeURIComponent).join('/');
}
