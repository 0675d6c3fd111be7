import { z } from 'zod';
import { faultScheduleShape } from './faults';

/** The operationIds of lms-api.openapi.yaml. */
export const LMS_OPERATIONS = [
  'login',
  'listInquiries',
  'listStudents',
  'listVodLogs',
  'listPblProblems',
  'listPblSubmissions',
  'listTasks',
  'listTaskSubmissions',
  'getRoadmap',
  'reportCompletion',
] as const;
export type LmsOperation = (typeof LMS_OPERATIONS)[number];

const milliseconds = z.number().min(0);
const retryAfterSeconds = z.int().min(0).nullable();
const availability = z.enum(['up', 'refuse', 'unavailable']);
const errorStatus = z.int().min(400).max(599);

const lmsMatch = {
  ...faultScheduleShape,
  operations: z.array(z.enum(LMS_OPERATIONS)).optional(),
  cohorts: z.array(z.string()).optional(),
};
const lmsFault = z.discriminatedUnion('fault', [
  z.strictObject({
    ...lmsMatch,
    fault: z.literal('status'),
    status: errorStatus,
    code: z.string().optional(),
    retryAfterSeconds: retryAfterSeconds.default(null),
  }),
  z.strictObject({
    ...lmsMatch,
    fault: z.enum([
      'revoke-token',
      'reset',
      'lose-answer',
      'cut-body',
      'html-page',
      'hang',
      'empty-list',
      'repeat-cursor',
      'missing-date',
    ]),
  }),
  z.strictObject({ ...lmsMatch, fault: z.literal('delay'), delayMs: milliseconds }),
  z.strictObject({ ...lmsMatch, fault: z.enum(['wrong-field', 'missing-field']), field: z.string().optional() }),
]);
export type LmsFault = z.output<typeof lmsFault>;

const lmsKnobs = z.strictObject({
  availability: availability.default('up'),
  latencyMs: milliseconds.default(0),
  /** The latency grows by a random time between 0 and this. */
  jitterMs: milliseconds.default(0),
  maxInFlight: z.int().min(1).default(15),
  /** The longest time of a request in flight, also of a hung one. */
  processingLimitMs: milliseconds.default(5000),
  /** A request stays in flight for this long after the LMS reset its connection. */
  resetLingerMs: milliseconds.default(1000),
  /** The most items of a page; `limit` can only lower it. */
  pageSize: z.int().min(1).max(100).default(100),
  /** Each page begins with the last item of the page before, which happens when an item is added meanwhile. */
  shiftedPages: z.boolean().default(false),
  unknownFields: z.boolean().default(false),
  dateHeader: z.enum(['right', 'missing', 'unreadable']).default('right'),
  /** Added to the Date header alone, which is wrong then. */
  dateSkewMs: z.number().default(0),
  /** Added to the LMS's clock: it moves the Date header, moderation, token life-times and locks. */
  clockOffsetMs: z.number().default(0),
  tokenLifetimeMs: milliseconds.default(3_600_000),
  /** The log-in's expiresIn, independent of `tokenLifetimeMs`. */
  expiresInSeconds: z.int().default(3600),
  loginRevokesEarlierTokens: z.boolean().default(true),
  /** The answer to a token that is over: 401, or the 200 with an empty list of a dead session. */
  deadSession: z.enum(['unauthorized', 'empty']).default('unauthorized'),
  /** Each account's n-th session answers so many requests; from then on its lists are empty until a new log-in. */
  quietDeaths: z.array(z.strictObject({ session: z.int().min(1), afterAnswers: z.int().min(0) })).default([]),
  wrongPasswordLimit: z.int().min(1).default(5),
  wrongPasswordWindowMs: milliseconds.default(600_000),
  lockMs: milliseconds.default(1_800_000),
  /** Retry-After of the 429 for too many requests in flight. */
  rateLimitRetryAfterSeconds: retryAfterSeconds.default(null),
  faults: z.array(lmsFault).default([]),
});

const chatMatch = {
  ...faultScheduleShape,
  spaces: z.array(z.string()).optional(),
  /** Strikes only messages whose body contains this text. */
  containing: z.string().optional(),
  /** Strikes only messages with cards. */
  cardsOnly: z.boolean().default(false),
};
const chatFault = z.discriminatedUnion('fault', [
  z.strictObject({
    ...chatMatch,
    fault: z.literal('status'),
    status: errorStatus,
    retryAfterSeconds: retryAfterSeconds.default(null),
  }),
  z.strictObject({
    ...chatMatch,
    fault: z.enum(['reset', 'hang', 'create-then-reset', 'create-then-hang', 'create-then-fail']),
  }),
]);
export type ChatFault = z.output<typeof chatFault>;

const chatKnobs = z.strictObject({
  availability: availability.default('up'),
  latencyMs: milliseconds.default(0),
  jitterMs: milliseconds.default(0),
  /** A space takes one post in this time. */
  messageIntervalMs: milliseconds.default(1000),
  rateLimitRetryAfterSeconds: retryAfterSeconds.default(null),
  /** The connection of a hung request is reset after this time. */
  hangMs: milliseconds.default(60_000),
  /** Spaces whose webhook was deleted: 404 for good. */
  revokedSpaces: z.array(z.string()).default([]),
  faults: z.array(chatFault).default([]),
});

const statisticsFault = z.discriminatedUnion('fault', [
  z.strictObject({
    ...faultScheduleShape,
    fault: z.literal('status'),
    status: errorStatus,
    retryAfterSeconds: retryAfterSeconds.default(null),
  }),
  z.strictObject({ ...faultScheduleShape, fault: z.enum(['reset', 'hang']) }),
]);

const statisticsKnobs = z.strictObject({
  availability: availability.default('up'),
  latencyMs: milliseconds.default(0),
  hangMs: milliseconds.default(60_000),
  faults: z.array(statisticsFault).default([]),
});

const learnersKnobs = z.strictObject({
  /** Average time between two questions over all cohorts; null: learners ask no questions. */
  askEveryMs: z.number().min(10).nullable().default(null),
  /** Moderation holds a question back for at most this long. */
  moderationMs: milliseconds.default(0),
});

export const knobsSchema = z.strictObject({
  lms: lmsKnobs.prefault({}),
  chat: chatKnobs.prefault({}),
  statistics: statisticsKnobs.prefault({}),
  learners: learnersKnobs.prefault({}),
});

export type Knobs = z.output<typeof knobsSchema>;
export type LmsKnobs = Knobs['lms'];
export type ChatKnobs = Knobs['chat'];
export type StatisticsKnobs = Knobs['statistics'];
export type LearnersKnobs = Knobs['learners'];

/** Absent parts and knobs stay unchanged. A list of faults replaces the whole list before it. */
export interface KnobsPatch {
  lms?: z.input<typeof lmsKnobs>;
  chat?: z.input<typeof chatKnobs>;
  statistics?: z.input<typeof statisticsKnobs>;
  learners?: z.input<typeof learnersKnobs>;
}

export const knobsPatchSchema = z.strictObject({
  lms: z.record(z.string(), z.unknown()).optional(),
  chat: z.record(z.string(), z.unknown()).optional(),
  statistics: z.record(z.string(), z.unknown()).optional(),
  learners: z.record(z.string(), z.unknown()).optional(),
});

/**
 * Changes knobs in place.
 * @throws ZodError that names each unknown knob and each wrong value; nothing is changed then
 */
export function patchKnobs(knobs: Knobs, patch: unknown): void {
  const given = knobsPatchSchema.parse(patch);
  const next = knobsSchema.parse({
    lms: { ...knobs.lms, ...given.lms },
    chat: { ...knobs.chat, ...given.chat },
    statistics: { ...knobs.statistics, ...given.statistics },
    learners: { ...knobs.learners, ...given.learners },
  });
  // Lists that were not replaced keep their rule objects, because a rule's counts belong to its object.
  if (given.lms?.faults === undefined) next.lms.faults = knobs.lms.faults;
  if (given.chat?.faults === undefined) next.chat.faults = knobs.chat.faults;
  if (given.statistics?.faults === undefined) next.statistics.faults = knobs.statistics.faults;
  Object.assign(knobs.lms, next.lms);
  Object.assign(knobs.chat, next.chat);
  Object.assign(knobs.statistics, next.statistics);
  Object.assign(knobs.learners, next.learners);
}

export function defaultKnobs(): Knobs {
  return knobsSchema.parse({});
}
