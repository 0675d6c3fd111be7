import { formatSeoulTime } from '../../domain/shared/learning-date';
import type { InquiryMonitorStatus } from '../contract';
import { markdownTable } from '../shared/markdown-table';
import type { TickResult } from './run-tick';

/** Markdown for the Web UI: the state, the last tick, and the cohorts with new inquiries or a failure. */
export function monitorDetails(status: InquiryMonitorStatus, lastTick: TickResult | null): string {
  const next = status.nextTickAt === null ? '' : `, next check ${seoul(status.nextTickAt)}`;
  const lines = [
    `**${status.state}**${next} · ${status.ticks} checks, ${status.skippedTicks} skipped (times of Asia/Seoul)`,
  ];
  if (lastTick === null) return lines.join('\n');
  const { cohorts, newInquiries, lateInquiries, failedCohorts, tickFailure, found, failures } = lastTick;
  const late = lateInquiries === 0 ? '' : ` (${lateInquiries} found late)`;
  lines.push(
    '',
    `Last check ${seoul(lastTick.startedAt)}: ${cohorts} cohorts, ${newInquiries} new inquiries${late}, ${failedCohorts} failed`,
  );
  if (tickFailure !== null) lines.push('', `**The check itself failed** ${tickFailure}`);
  if (found.length + failures.length === 0) return lines.join('\n');
  lines.push(
    '',
    markdownTable(
      ['cohort', 'new', 'failure'],
      [
        ...found.map(({ skId, newInquiries: count }) => [skId, count, '']),
        ...failures.map(({ skId, code, message }) => [skId, '', `**${code}** ${message}`]),
      ],
    ),
  );
  return lines.join('\n');
}

function seoul(instant: string): string {
  return formatSeoulTime(new Date(instant));
}
