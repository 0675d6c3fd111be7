import { failuresByReason } from '../../domain/collection/failures-by-reason';
import { formatSeoulTime } from '../../domain/shared/learning-date';
import { datesOf } from '../collect/follow-collection';
import { countNoun, textTable } from '../output/text';
import type { ScheduleStatus } from '../../temporal/schedules';
import type { Printer } from '../output/printer';
import type { CollectionProgress } from '../../workflows/contract';
import type { CohortsStatus, MonitorStatus, NightStatus, ServiceStatus } from './service-status';

const UNKNOWN = 'unknown';

/** One line for each part, then a table for each kind of trouble. */
export function printStatus(status: ServiceStatus, printer: Printer): void {
  const now = new Date(status.at);
  printer.line(`${formatSeoulTime(now)} Asia/Seoul`);
  printer.line();
  printer.line(
    textTable([
      ['Inquiry check', describeMonitor(status.monitor, now)],
      ['Alerts', describeAlerts(status.alerts)],
      ['Cohorts', describeCohorts(status.cohorts)],
      ['Last night', describeNight(status.lastNight)],
      ['Schedule', describeSchedule(status.schedule)],
      ['Re-runs', describeReruns(status.reruns)],
      ['Statistics', describeStatistics(status.statistics)],
      ['Completions', describeCompletions(status.completions)],
      ['Workers', describeWorkers(status)],
      ['Incidents', status.incidents === null ? UNKNOWN : `${status.incidents.length} open`],
    ]),
  );
  for (const { title, rows } of sections(status)) {
    printer.line();
    printer.line(title);
    printer.line(textTable(rows, '  '));
  }
}

function sections(status: ServiceStatus): { title: string; rows: string[][] }[] {
  const all = [
    {
      title: 'Incidents',
      rows: (status.incidents ?? []).map(({ openedAt, summary }) => [at(openedAt), firstLine(summary)]),
    },
    {
      title: 'Cohorts whose inquiries can not be checked',
      rows: (status.cohorts?.failing ?? []).map(({ skId, since, code, message }) => [
        skId,
        `since ${at(since)}`,
        code,
        message,
      ]),
    },
    {
      title: 'Accounts that are left alone; "openeg cohorts import" ends that',
      rows: (status.cohorts?.held ?? []).map(({ loginId, until, reason }) => [loginId, `until ${at(until)}`, reason]),
    },
    {
      title: 'Collections under way',
      rows: (status.collections ?? []).map(({ workflowId, progress }) => [workflowId, describeProgress(progress)]),
    },
    {
      title: 'Not stored last night',
      rows: [
        ...failuresByReason(
          (status.lastNight?.failures ?? []).map(({ error, ...failed }) => ({ ...failed, message: error })),
        ).map(({ skId, dataTypes, message }) => [skId, dataTypes.join(', '), message]),
        ...(status.lastNight?.types.length === 0 ? [] : (status.lastNight?.missing ?? [])).map((skId) => [
          skId,
          'all',
          'nothing was begun',
        ]),
      ],
    },
    {
      title: 'Re-runs',
      rows: [
        ...(status.reruns?.running ?? []).map((run) => [datesOf(run), 'running', run.workflowId]),
        ...(status.reruns?.waiting ?? []).map((run) => [datesOf(run), 'waiting', run.workflowId]),
        ...(status.reruns?.rejected ?? []).map((rejected) => [at(rejected.at), 'rejected', rejected.reason]),
      ],
    },
    {
      title: 'Statistics server not told; "openeg statistics --date DATE" tells it',
      rows: (status.statistics?.failed ?? []).map(({ date, cohorts, error }) => [
        date,
        countNoun(cohorts, 'cohort'),
        error,
      ]),
    },
  ];
  return all.filter(({ rows }) => rows.length > 0);
}

function describeMonitor(monitor: MonitorStatus | null, now: Date): string {
  if (monitor === null) return UNKNOWN;
  const { state, lastTickEndedAt, lastTickStartedAt, nextTickAt, cohorts, newInquiries, tickFailure } = monitor;
  if (state === 'not running') return 'not running; "openeg start" starts it';
  if (state === 'no worker') return 'started, but no worker answers; "openeg worker" starts one';
  const last =
    lastTickEndedAt === null
      ? 'no tick yet'
      : `last tick ${seconds(lastTickEndedAt, now)} ago over ${countNoun(cohorts, 'cohort')}, ${newInquiries} new`;
  const took =
    lastTickEndedAt === null || lastTickStartedAt === null
      ? ''
      : `, took ${((Date.parse(lastTickEndedAt) - Date.parse(lastTickStartedAt)) / 1000).toFixed(1)} s`;
  const next = state === 'waiting' && nextTickAt !== null ? `, next in ${seconds(now, nextTickAt)}` : '';
  const trouble = tickFailure === null ? '' : `; it could not be finished: ${tickFailure}`;
  return `${state}; ${last}${took}${next}${trouble}`;
}

function describeAlerts(alerts: ServiceStatus['alerts']): string {
  if (alerts === null) return UNKNOWN;
  const { waiting, oldestWaitingSeconds, aside, dead, lastFailure } = alerts;
  const oldest = oldestWaitingSeconds === null ? '' : `, the oldest for ${oldestWaitingSeconds} s`;
  const failure = lastFailure === null ? '' : `; Chat: ${lastFailure}`;
  return `${waiting} waiting${oldest}, ${aside} put aside, ${dead} given up${failure}`;
}

function describeCohorts(cohorts: CohortsStatus | null): string {
  if (cohorts === null) return UNKNOWN;
  return `${cohorts.active} active, ${cohorts.failing.length} failing, ${countNoun(cohorts.held.length, 'account')} left alone`;
}

function describeNight(night: NightStatus | null): string {
  if (night === null) return UNKNOWN;
  const { date, types, missing, finishedAt } = night;
  if (types.length === 0) return `${date}: nothing was collected; "openeg collect --date ${date}" collects it`;
  const counts = types.map(({ dataType, stored, failed, running, rows }) => {
    const others = [failed > 0 ? `${failed} failed` : '', running > 0 ? `${running} running` : ''].filter(Boolean);
    return `${dataType} ${[`${stored} stored`, ...others].join(', ')} (${rows} rows)`;
  });
  const end = finishedAt === null ? '' : `, until ${at(finishedAt)}`;
  return `${date}: ${counts.join('; ')}${missing.length > 0 ? `; ${countNoun(missing.length, 'cohort')} missing` : ''}${end}`;
}

function describeProgress(progress: CollectionProgress | null): string {
  if (progress === null) return UNKNOWN;
  const { date, pass, nextPass, cohortsDone, cohortsTotal, stored, failed } = progress;
  const counts = `${cohortsDone} of ${countNoun(cohortsTotal, 'cohort')}, ${stored} stored, ${failed} failed`;
  const next =
    nextPass === null ? '' : `; pass ${pass + 1} asks ${countNoun(nextPass.cohorts, 'cohort')} at ${at(nextPass.at)}`;
  return `${date}, pass ${pass}: ${counts}${next}`;
}

function describeSchedule(schedule: ScheduleStatus | null): string {
  if (schedule === null) return UNKNOWN;
  const { state, time, nextAt, note } = schedule;
  if (state === 'missing') return 'none; "openeg start" makes it';
  if (state === 'paused') return `paused${note === null ? '' : ` (${note})`}; nothing is collected by itself`;
  return `${time === null ? 'changed by hand' : `daily at ${time}`}, next ${nextAt === null ? 'never' : at(nextAt)}`;
}

function describeReruns(reruns: ServiceStatus['reruns']): string {
  if (reruns === null) return UNKNOWN;
  if (reruns.state === 'not running') return 'not running; "openeg start" starts it';
  if (reruns.state === 'no worker') return 'started, but no worker answers';
  const { running, waiting, rejected } = reruns;
  return `${running.length} running, ${waiting.length} waiting, ${rejected.length} rejected`;
}

function describeStatistics(statistics: ServiceStatus['statistics']): string {
  if (statistics === null) return UNKNOWN;
  const { lastSent, failed } = statistics;
  const last = lastSent === null ? 'never told' : `told of ${lastSent.date} at ${at(lastSent.at)}`;
  return `${last}, ${failed.length} not told`;
}

function describeCompletions(completions: ServiceStatus['completions']): string {
  if (completions === null) return UNKNOWN;
  const { waiting, unknownCohorts } = completions;
  const { count, skIds } = unknownCohorts;
  const more = count > skIds.length ? ` and ${count - skIds.length} more` : '';
  const unknown = count === 0 ? '' : `; ${countNoun(count, 'cohort')} nobody imported: ${skIds.join(', ')}${more}`;
  return `${waiting} waiting for the LMS${unknown}`;
}

function describeWorkers({ workers, lmsLease }: ServiceStatus): string {
  const counts = workers === null ? UNKNOWN : `core ${workers.core}, lms ${workers.lms} active`;
  // `HOST/PID/UUID`: the last part distinguishes two lives of one process, and operators do not need it.
  const holder = lmsLease?.held === true ? lmsLease.holder.split('/', 2).join(' process ') : 'nobody';
  return `${counts}; ${holder} talks to the LMS`;
}

function at(instant: string): string {
  return formatSeoulTime(new Date(instant));
}

function seconds(from: string | Date, to: string | Date): string {
  const ms = new Date(to).getTime() - new Date(from).getTime();
  return `${Math.max(0, Math.round(ms / 1000))} s`;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
