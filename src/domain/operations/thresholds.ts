/**
 * The numbers from which on a fact about the running service is a trouble. Incidents are found by them, and
 * deploy/prometheus/rules.yaml repeats those that a gauge shows; a test holds the two together.
 */
export const THRESHOLDS = {
  /** The inquiry check is silent: no tick ended for this long, and for this many intervals where they are longer. */
  monitorSilentSeconds: 180,
  monitorSilentIntervals: 3,
  /** A cohort's inquiry checks fail one after the other. */
  cohortFailingSeconds: 15 * 60,
  /** This many cohorts that begin to fail for one reason have one cause, and share one incident. */
  cohortsFailingTogether: 5,
  /** Google Chat does not take an inquiry's alert. */
  alertLateSeconds: 120,
  /** The LMS does not take a completion's report. */
  completionLateSeconds: 15 * 60,
  /** The erasure of what is older than OPENEG_RETENTION_DAYS did not end for two nights. */
  erasureUnfinishedSeconds: 2 * 24 * 60 * 60,
  /** Operators read last night's data from this minute of the day in Seoul on: 03:00. */
  nightDueMinuteOfDay: 3 * 60,
  /** A collection that starts later than usual has this long at least. */
  nightMinutes: 60,
} as const;
