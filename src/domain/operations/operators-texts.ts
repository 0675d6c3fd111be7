import type { StatisticsTrigger } from '../collection/statistics-trigger';
import type { FailingCohort, HeldAccount, NightGaps, UnknownCohorts, Waiting } from './service-facts';
import { THRESHOLDS } from './thresholds';

/*
 * All texts that operators read in Google Chat about the service, in Korean. They name no learner and hold no secret.
 * The first line says what happened; the message about an incident's end repeats it. The next lines say what to do.
 */

/** More names than these are given as a number. */
const MAX_NAMED = 10;

const minutesOf = (seconds: number) => Math.floor(seconds / 60);
const FAILING_MINUTES = minutesOf(THRESHOLDS.cohortFailingSeconds);

export function monitorSilentText(silentSeconds: number): string {
  return (
    `문의 확인이 ${minutesOf(silentSeconds)}분째 끝나지 않았습니다. 새 문의가 전달되지 않고 있습니다.\n` +
    '"openeg status"와 "openeg doctor"로 워커, Temporal, 데이터베이스, LMS를 확인하세요. 빠진 문의는 복구된 뒤 전달됩니다.'
  );
}

export function cohortFailingText({ skId, cohortName, code, message }: FailingCohort): string {
  return (
    `${cohortName} (${skId})의 문의 확인이 ${FAILING_MINUTES}분 넘게 실패하고 있습니다. 다른 기수는 계속 확인됩니다.\n` +
    `"openeg status"를 확인하세요. 이유: ${code} ${message}`
  );
}

/** `cohorts` all fail with `code`. */
export function cohortsFailingText(code: string, cohorts: readonly FailingCohort[]): string {
  return (
    `기수 ${cohorts.length}개의 문의 확인이 같은 이유로 ${FAILING_MINUTES}분 넘게 실패하고 있습니다: ${named(skIdsOf(cohorts))}\n` +
    `"openeg status"와 "openeg doctor"를 확인하세요. 이유: ${code} ${cohorts[0]?.message ?? ''}`
  );
}

export function accountHeldText({ skIds, reason }: Pick<HeldAccount, 'skIds' | 'reason'>): string {
  return (
    `LMS가 계정을 거부하여 30분 동안 접속하지 않습니다 (기수 ${skIds.join(', ')}). 계정이 잠기지 않게 하기 위해서입니다.\n` +
    `LMS에서 비밀번호와 계정 상태를 확인하고, 바뀌었으면 CSV를 고쳐 "openeg cohorts import"를 실행하세요. 이유: ${reason}`
  );
}

export function alertsLateText({ waiting }: Waiting): string {
  return (
    `문의 알림 ${waiting}개가 ${minutesOf(THRESHOLDS.alertLateSeconds)}분 넘게 Google Chat으로 나가지 못하고 있습니다. 알림은 순서대로 보관됩니다.\n` +
    '"openeg status"에서 Google Chat의 마지막 응답을 확인하세요. Google Chat이 복구되면 저절로 전송됩니다.'
  );
}

export function completionsLateText({ waiting }: Waiting): string {
  return (
    `이수 ${waiting}건이 ${minutesOf(THRESHOLDS.completionLateSeconds)}분 넘게 LMS에 보고되지 못하고 있습니다. 이수 기록은 보관되어 있습니다.\n` +
    '"openeg status"와 "openeg doctor"로 워커와 LMS를 확인하세요. 복구되면 저절로 보고됩니다.'
  );
}

export function cohortsUnknownText({ count, skIds }: UnknownCohorts): string {
  return (
    `등록되지 않은 기수 ${count}개의 이수가 LMS에 보고되지 못하고 기다리고 있습니다: ${named(skIds, count)}\n` +
    '빠뜨린 기수라면 "openeg cohorts import"로 등록하세요. 등록하면 저절로 보고됩니다. ' +
    '모르는 기수라면 강의 페이지가 보내는 projectNo를 확인하세요. 나중에 늘어난 기수는 "openeg status"에 나옵니다.'
  );
}

export function nightMissingText({ date, missing }: NightGaps): string {
  const reason =
    missing.find((cohort) => cohort.reason !== null)?.reason ?? '수집이 시작되지 않았거나 아직 끝나지 않았습니다.';
  return (
    `${date} 학습 데이터가 기수 ${missing.length}개에서 다 저장되지 않았습니다: ${named(skIdsOf(missing))}\n` +
    `이유: ${reason}\n원인을 고친 뒤 "openeg collect --date ${date}"를 실행하세요. 이전 데이터는 그대로 있습니다.`
  );
}

export function erasureUnfinishedText(): string {
  const hours = THRESHOLDS.erasureUnfinishedSeconds / 3600;
  return (
    `보관 기간이 지난 데이터의 삭제가 ${hours}시간 넘게 끝나지 않았습니다. 학습자 정보가 정해진 기간보다 오래 남아 있습니다.\n` +
    'Temporal Web UI에서 "data-retention"의 마지막 실행과 실패 이유를 확인하세요. Schedule이 없으면 워커를 다시 시작하세요. ' +
    '중단된 삭제는 다음 실행이 이어서 합니다.'
  );
}

/** @param reason the sentence of the last failure */
export function statisticsFailedText({ targetDate, skIds, dataTypes }: StatisticsTrigger, reason: string): string {
  return (
    `${targetDate} 수집 결과를 통계 서버에 알리지 못했습니다 (기수 ${skIds.length}개, ${dataTypes.join(', ')}).\n` +
    `${reason}\n수집된 데이터는 저장되어 있습니다. 통계 서버를 확인한 뒤 "openeg statistics --date ${targetDate}"를 실행하세요.`
  );
}

/** Completions of a cohort wait until a person acts. `code` and `reason` are those of the ServiceError. */
export function completionsWaitText(skId: string, code: string, reason: string): string {
  return (
    `기수 ${skId}의 이수 보고가 LMS에 전달되지 못하고 기다리고 있습니다 (${code}).\n이유: ${reason}\n` +
    '조치: 비활성화된 기수라면 "openeg cohorts import"로 다시 등록하고, 계정 문제라면 LMS에서 확인하세요. ' +
    '이수 기록은 보관되며, 해결되면 저절로 보고됩니다.'
  );
}

/** Google Chat takes other messages, but not this alert; or its row of the outbox can not be read. */
export function alertPutAsideText(alert: { skId: string | null; entryId: string; reason: string }): string {
  return (
    `기수 ${alert.skId}의 문의 알림 하나를 보내지 못해 따로 보관했습니다 (문의 ${alert.entryId}).\n` +
    `LMS에서 이 문의를 직접 확인하세요. 다른 알림은 계속 전송되고, 이 알림은 14일 동안 한 시간마다 다시 시도됩니다. 이유: ${alert.reason}`
  );
}

export function alertErasedText(alert: { skId: string | null; entryId: string }): string {
  return (
    `기수 ${alert.skId}의 문의 알림 하나를 14일 동안 보내지 못해 내용을 지웠습니다 (문의 ${alert.entryId}).\n` +
    'LMS에서 이 문의를 직접 확인하세요.'
  );
}

/** The space whose webhook takes no message: the operators' own, the default one, or that of one cohort. */
export type BrokenSpace = { kind: 'operators' } | { kind: 'default' } | { kind: 'cohort'; skId: string | null };

/** No message to the space gets through until a person acts. */
export function webhookBrokenText(space: BrokenSpace, reason: string): string {
  const waits = '메시지는 보관되며 웹훅이 고쳐지면 순서대로 전송됩니다.';
  switch (space.kind) {
    case 'operators':
      return `운영자 공간의 Google Chat 웹훅을 쓸 수 없습니다. ${waits}\nOPENEG_OPS_WEBHOOK_URL(없으면 OPENEG_CHAT_WEBHOOK_URL)을 새 웹훅으로 바꾸고 워커를 다시 시작하세요. 이유: ${reason}`;
    case 'default':
      return `기본 알림 공간의 Google Chat 웹훅을 쓸 수 없습니다. ${waits}\nOPENEG_CHAT_WEBHOOK_URL을 새 웹훅으로 바꾸고 워커를 다시 시작하세요. 이유: ${reason}`;
    case 'cohort':
      return `기수 ${space.skId}의 Google Chat 웹훅을 쓸 수 없습니다. ${waits}\n계정 CSV의 chat_webhook_url을 새 웹훅으로 바꾸어 "openeg cohorts import"를 실행하세요. 이유: ${reason}`;
  }
}

function named(skIds: readonly string[], count = skIds.length): string {
  const names = skIds.slice(0, MAX_NAMED);
  return names.join(', ') + (count > names.length ? ` 외 ${count - names.length}개` : '');
}

const skIdsOf = (cohorts: readonly { skId: string }[]) => cohorts.map(({ skId }) => skId);
