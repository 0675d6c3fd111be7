import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { THRESHOLDS } from '../../../src/domain/operations/thresholds';

const rules = readFileSync(join(__dirname, '../../../deploy/prometheus/rules.yaml'), 'utf8');

/** The expression of an alarm, in one line. */
function expressionOf(alert: string): string {
  const [, expression = ''] =
    new RegExp(`alert: ${alert}\\n(?:\\s+#.*\\n)*\\s+expr:(?: \\|)?([^]*?)\\n\\s+(?:for|labels):`).exec(rules) ?? [];
  return expression.replace(/\s+/g, ' ').trim();
}

it.each([
  [
    'OpenegNoTick',
    `> clamp_min(${THRESHOLDS.monitorSilentIntervals} * max(openeg_tick_interval_seconds), ${THRESHOLDS.monitorSilentSeconds}) `,
  ],
  ['OpenegCohortFailing', `max(openeg_cohorts_failing_oldest_seconds) > ${THRESHOLDS.cohortFailingSeconds}`],
  ['OpenegAlertWaiting', `max(openeg_alerts_oldest_age_seconds) > ${THRESHOLDS.alertLateSeconds}`],
])('%s rings from the same number on as the incident', (alert, comparison) => {
  expect(`${expressionOf(alert)} `).toContain(comparison.trimEnd());
});
