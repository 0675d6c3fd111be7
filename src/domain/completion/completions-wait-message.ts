/**
 * What the operators read when completions of a cohort can't be reported: what happened in the first line, then what to
 * do. `reason` is a ServiceError's sentence.
 */
export function completionsWaitMessage(skId: string, code: string, reason: string): string {
  return [
    `기수 ${skId}의 이수 보고가 LMS에 전달되지 못하고 기다리고 있습니다 (${code}).`,
    `이유: ${reason}`,
    '조치: 비활성화된 기수라면 openeg cohorts import로 다시 등록하고, 계정 문제라면 LMS에서 확인하세요. 이수 기록은 보관되며, 해결되면 저절로 보고됩니다.',
  ].join('\n');
}
