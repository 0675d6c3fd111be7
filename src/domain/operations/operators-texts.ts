import type { LearningDate } from '../shared/learning-date';
import type { FailingCohort, HeldAccount, NightGaps, ScheduleState, UnknownCohorts, Waiting } from './service-facts';
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

/** Why one of many subjects is in trouble. */
interface Reason {
  subject?: string;
  reason?: string;
}

/** Cohorts whose checks fail, and accounts that the LMS refused. */
export function manyTroublesText(troubles: readonly Reason[]): string {
  return (
    `기수나 계정 ${troubles.length}개의 문의 확인이 실패하고 있습니다: ${named(subjectsOf(troubles))}\n` +
    `"openeg status"와 "openeg doctor"를 확인하세요. 하나씩 따로 알리지 않고, 모두 복구되면 알립니다. ${reasonsOf(troubles)}`
  );
}

/** Cohorts whose completions wait until a person acts. */
export function manyReportsText(troubles: readonly Reason[]): string {
  return (
    `기수 ${troubles.length}개의 이수 보고가 LMS에 전달되지 못하고 기다리고 있습니다: ${named(subjectsOf(troubles))}\n` +
    `"openeg status"와 "openeg doctor"로 LMS를 확인하세요. 이수 기록은 보관되며, 해결되면 저절로 보고됩니다. ${reasonsOf(troubles)}`
  );
}

/** Dates of which the statistics server was not told everything. */
export function manyDatesText(troubles: readonly Reason[]): string {
  return (
    `${troubles.length}일의 수집 결과를 통계 서버에 알리지 못했습니다: ${named(subjectsOf(troubles))}\n` +
    `통계 서버를 확인한 뒤 날짜마다 "openeg statistics --date"를 실행하세요. ${reasonsOf(troubles)}`
  );
}

export function credentialsUnreadableText(cohorts: readonly FailingCohort[]): string {
  return (
    `기수 ${cohorts.length}개의 저장된 계정을 읽을 수 없습니다: ${named(skIdsOf(cohorts))}\n` +
    'OPENEG_CREDENTIALS_KEY가 계정을 저장할 때의 키인지 확인하고, 옛 키는 OPENEG_CREDENTIALS_KEY_OLD에 넣은 뒤 워커를 다시 시작하세요. ' +
    '키를 잃어버렸으면 "openeg cohorts import"로 계정을 다시 등록하세요.'
  );
}

export function lmsRefusesAllText(): string {
  return (
    'LMS가 여러 계정의 로그인을 한꺼번에 거부하고 있습니다. 계정이 아니라 LMS의 문제로 보고, 계정이 잠기지 않게 간격을 두고 다시 시도합니다.\n' +
    'LMS에 직접 로그인해 보고, 안 되면 LMS 운영자에게 문의하세요. LMS가 복구되면 저절로 계속됩니다.'
  );
}

export function scheduleMissingText(state: Exclude<ScheduleState, 'scheduled'>): string {
  const what = state === 'missing' ? '없습니다' : '일시 중지되어 있습니다';
  return (
    `매일 밤 수집의 Schedule이 ${what}. "openeg stop"을 실행한 적이 없는데 밤 수집이 시작되지 않습니다.\n` +
    '"openeg start"를 실행하고, 빠진 날짜는 "openeg collect --date"로 수집하세요. 일부러 멈추려면 "openeg stop"을 실행하세요.'
  );
}

export function accountHeldText({ skIds, reason }: Pick<HeldAccount, 'skIds' | 'reason'>): string {
  return (
    `LMS가 계정을 거부하여 30분 동안 접속하지 않습니다 (기수 ${skIds.join(', ')}). 계정이 잠기지 않게 하기 위해서입니다.\n` +
    `LMS에서 비밀번호와 계정 상태를 확인하고, 바뀌었으면 CSV를 고쳐 "openeg cohorts import"를 실행하세요. 이유: ${reason}`
  );
}

/**
 * @param cause `chat`: Chat does not take them; `burst`: they wait for their turn; `delivery`: nobody sends them
 * @param failure the last answer of Chat
 */
export function alertsLateText(
  { waiting }: Waiting,
  cause: 'chat' | 'burst' | 'delivery',
  failure: string | null,
): string {
  const explanations = {
    chat: `Google Chat이 메시지를 받지 않습니다: ${failure}\n"openeg status"를 확인하세요. Google Chat이 복구되면 저절로 순서대로 전송됩니다.`,
    burst:
      '알림이 한꺼번에 많이 생겼고, Google Chat은 한 공간에 1초에 하나만 받습니다.\n' +
      '지금도 순서대로 전송되고 있으므로 기다리면 됩니다.',
    delivery:
      '알림을 보내는 작업이 움직이지 않습니다.\n' +
      '"openeg status"와 "openeg doctor"로 워커와 Temporal을 확인하세요. 복구되면 저절로 순서대로 전송됩니다.',
  };
  return `문의 알림 ${waiting}개가 ${minutesOf(THRESHOLDS.alertLateSeconds)}분 넘게 Google Chat으로 나가지 못하고 있습니다. ${explanations[cause]}`;
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

export function nightUnfinishedText({ date, cohorts, missing }: NightGaps): string {
  return `${date} 학습 데이터의 수집이 아직 진행 중입니다: 기수 ${cohorts}개 가운데 ${cohorts - missing.length}개가 다 저장되었습니다.`;
}

export function nightMissingText({ date, missing }: NightGaps): string {
  const reason =
    missing.find((cohort) => cohort.reason !== null)?.reason ?? '수집이 시작되지 않았거나 끝나지 않고 멈췄습니다.';
  return (
    `${date} 학습 데이터가 기수 ${missing.length}개에서 다 저장되지 않았습니다: ${named(skIdsOf(missing))}\n` +
    `이유: ${reason}\n원인을 고친 뒤 "openeg collect --date ${date}"를 실행하세요. 이전 데이터는 그대로 있습니다.`
  );
}

/** Of a night that is not followed any more. */
export function nightGivenUpText({ date, missing }: NightGaps): string {
  return (
    `${date} 학습 데이터가 일주일이 지나도록 기수 ${missing.length}개에서 다 저장되지 않았습니다. 이 날짜는 더 알리지 않습니다: ${named(skIdsOf(missing))}\n` +
    `필요하면 "openeg collect --date ${date}"를 실행하세요.`
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
export function statisticsFailedText(date: LearningDate, cohorts: number, reason: string): string {
  return (
    `${date} 수집 결과를 통계 서버에 알리지 못했습니다 (기수 ${cohorts}개).\n` +
    `${reason}\n수집된 데이터는 저장되어 있습니다. 통계 서버를 확인한 뒤 "openeg statistics --date ${date}"를 실행하세요.`
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

/** Too little of these inquiries can be read for an alert. `problem` names the field. */
export function inquiriesUnreadableText(
  skId: string,
  inquiries: readonly { entryId: string | null; problem: string }[],
): string {
  const names = inquiries.map(({ entryId }) => entryId ?? '번호 없음');
  return (
    `기수 ${skId}의 문의 ${inquiries.length}개를 읽을 수 없어 알림을 보내지 못합니다: ${named(names)}\n` +
    `LMS에서 직접 확인하세요. 다른 문의는 계속 전송됩니다. 이유: ${inquiries[0]?.problem ?? ''}`
  );
}

export function wideWindowsFailingText(skIds: readonly string[]): string {
  return (
    `기수 ${skIds.length}개에서 하루에 한 번 하는 24시간 점검이 한 시간 넘게 실패하고 있습니다: ${named(skIds)}\n` +
    '새 문의는 계속 전송되지만, 늦게 공개된 문의를 놓칠 수 있습니다. 워커의 로그와 LMS를 확인하세요.'
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

const MAX_REASONS = 3;

/** The most frequent reasons, with their numbers. */
function reasonsOf(troubles: readonly Reason[]): string {
  const counts = new Map<string, number>();
  for (const { reason = '' } of troubles) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const reasons = [...counts].toSorted(([, one], [, other]) => other - one).slice(0, MAX_REASONS);
  return `이유: ${reasons.map(([reason, count]) => `${reason} (${count}개)`).join(' / ')}`;
}

const subjectsOf = (troubles: readonly Reason[]) => troubles.map(({ subject }) => subject ?? '');
const skIdsOf = (cohorts: readonly { skId: string }[]) => cohorts.map(({ skId }) => skId);
