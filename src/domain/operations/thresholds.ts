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
  /** Refusals of many accounts within a minute are the LMS's trouble and end by themselves, so a hold is told later. */
  accountHeldSeconds: 120,
  /** So many troubles of one family share one incident, until there are fewer for the time below. */
  sharedTroubles: 5,
  sharedTroublesOverSeconds: 5 * 60,
  /** The Schedule is missing or paused, and nobody called `openeg stop`. */
  scheduleMissingSeconds: 60,
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
  /** The longest pause between two passes of a night is 30 minutes (decision 0021). */
  nightStandsStillSeconds: 35 * 60,
  /** A night that is not stored is followed for a week. */
  nightFollowedSeconds: 7 * 24 * 60 * 60,
  /** Chat takes messages at the moment: late alerts wait for their turn. */
  chatTakesSeconds: 30,
} as const;
