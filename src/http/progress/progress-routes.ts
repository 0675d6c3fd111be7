import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Database } from '../../adapters/database/core/database';
import {
  createProgressRecorder,
  type ProgressRules,
  type RecordedSave,
} from '../../adapters/database/completion/record-progress';
import type { Metrics } from '../../adapters/metrics';
import type { Save } from '../../domain/completion/decide-save';
import { explainCompletion } from '../../domain/completion/explain-completion';
import { summarize, type LessonProgress } from '../../domain/completion/lesson-progress';
import { describeErrors } from '../error-answer';
import { ApiError } from '../api-error';
import { authenticate } from './authenticate';
import { createCallLimit } from './limit-calls';
import {
  explainedAnswerSchema,
  lessonParametersSchema,
  progressAnswerSchema,
  saveBodySchema,
  type ProgressAnswer,
  type SaveBody,
} from './progress-schemas';

type ProgressMetrics = Pick<Metrics, 'progressSaves' | 'creditRefusedSeconds'>;

export interface ProgressRoutesOptions {
  database: Database;
  metrics: ProgressMetrics;
  rules: ProgressRules;
  /** Called after the commit that completed a lesson. It must not throw or wait. */
  onCompleted: (completionId: string) => void;
}

/** A page waits for each answer. It repeats a save that took longer, and the server finds it by its `saveId`. */
const HANDLER_TIMEOUT_MS = 5_000;
const SAVE_ERROR_STATUSES = [400, 401, 403, 409, 413, 415, 422, 429, 503];

/** The progress API (contract section 7), below `/api/progress`. */
export const progressRoutes: FastifyPluginAsyncZod<ProgressRoutesOptions> = async (app, options) => {
  const { metrics, rules, onCompleted } = options;
  const recorder = createProgressRecorder(options.database, rules);
  app.decorateRequest('memberNo', null);
  app.addHook('onRequest', authenticate);
  app.addHook('onRequest', createCallLimit());
  app.addHook('onResponse', async (request, reply) => {
    if (request.method !== 'POST' || reply.statusCode < 400) return;
    metrics.progressSaves.inc({ outcome: reply.statusCode < 500 ? 'rejected' : 'unavailable' });
  });

  async function save(request: FastifyRequest, kind: Save['kind'], body: SaveBody): Promise<ProgressAnswer> {
    requireOwnMember(request, body.memberNo);
    const recorded = await recorder.save(body.saveId, saveOf(kind, body));
    countSave(metrics, recorded);
    if (recorded.completionId !== null) onCompleted(recorded.completionId);
    return answerSave(recorded, rules);
  }

  app.get(
    '/:projectNo/:eduNo/:chasiNo/:memberNo',
    {
      handlerTimeout: HANDLER_TIMEOUT_MS,
      schema: {
        ...describeCall('The credit of a lesson and its reasons. Starts the clock: wait for the answer before playing'),
        params: lessonParametersSchema,
        response: {
          200: explainedAnswerSchema.describe('The progress and its explanation'),
          ...describeErrors([400, 401, 403, 429, 503]),
        },
      },
    },
    async (request) => {
      requireOwnMember(request, request.params.memberNo);
      const { lesson, completionId } = await recorder.open(request.params);
      if (completionId !== null) onCompleted(completionId);
      return { ...answerOf(lesson), explanation: explainCompletion(lesson, rules.maxPlaybackRate) };
    },
  );

  app.post(
    '',
    { handlerTimeout: HANDLER_TIMEOUT_MS, schema: describeSave('Saves the parts played since the last save') },
    (request) => save(request, 'save', request.body),
  );

  app.post(
    '/complete',
    {
      handlerTimeout: HANDLER_TIMEOUT_MS,
      schema: describeSave('The single call of a video of at most 60 s, after 80 % of it was played'),
    },
    (request) => save(request, 'complete', request.body),
  );
};

function describeSave(summary: string) {
  return {
    ...describeCall(summary),
    body: saveBodySchema,
    response: {
      200: progressAnswerSchema.describe('The progress after this save'),
      ...describeErrors(SAVE_ERROR_STATUSES),
    },
  };
}

function describeCall(summary: string) {
  return { summary, tags: ['progress'], security: [{ memberToken: [] }] };
}

/** @throws ApiError OTHER_MEMBER */
function requireOwnMember(request: FastifyRequest, memberNo: string): void {
  if (request.memberNo !== memberNo) throw new ApiError('OTHER_MEMBER', 'The token belongs to another member.');
}

function saveOf(kind: Save['kind'], body: SaveBody): Save {
  const { projectNo, eduNo, chasiNo, memberNo, playbackRate, segments } = body;
  return {
    kind,
    key: { projectNo, eduNo, chasiNo, memberNo },
    totalVideoTimeMs: body.totalVideoTime,
    currentVideoTimeMs: body.currentVideoTime,
    completionVideoTimeMs: body.completionVideoTime,
    playbackRate,
    segments,
  };
}

/** Counts accepted saves and refused credit. The hook `onResponse` counts the other outcomes. */
function countSave(metrics: ProgressMetrics, recorded: RecordedSave): void {
  if (recorded.outcome === 'saved') metrics.progressSaves.inc({ outcome: 'accepted' });
  if (recorded.outcome === 'repeated') metrics.progressSaves.inc({ outcome: 'repeated' });
  if (!('refused' in recorded)) return;
  for (const { reason, milliseconds } of recorded.refused) {
    metrics.creditRefusedSeconds.inc({ reason }, milliseconds / 1000);
  }
}

/** @throws ApiError SAVE_ID_REUSED, NOT_ENOUGH_WATCHED, LENGTH_MISMATCH, VIDEO_TOO_LONG */
function answerSave(recorded: RecordedSave, rules: ProgressRules): ProgressAnswer {
  switch (recorded.outcome) {
    case 'saved':
    case 'repeated':
      return answerOf(recorded.lesson);
    case 'save-id-reused':
      throw new ApiError('SAVE_ID_REUSED', 'This saveId came with another body before: a new save needs a new one.');
    case 'not-enough':
      throw new ApiError('NOT_ENOUGH_WATCHED', 'Less than 80 % of the video can have been watched yet.', {
        details: explainCompletion(recorded.lesson, rules.maxPlaybackRate),
      });
    case 'wrong-length':
      throw new ApiError('LENGTH_MISMATCH', 'totalVideoTime is not the length that the LMS knows.', {
        details: { totalVideoTime: recorded.expectedMs },
      });
    case 'too-long':
      throw new ApiError('VIDEO_TOO_LONG', 'Only a video of at most 60 s is completed by one call.', {
        details: { totalVideoTime: recorded.lengthMs },
      });
  }
}

function answerOf(lesson: LessonProgress): ProgressAnswer {
  const { creditMs, lengthMs, rate } = summarize(lesson);
  return {
    completionVideoTime: creditMs,
    totalVideoTime: lengthMs,
    progressRate: rate,
    completed: lesson.completedAtMs !== null,
    completedAt: lesson.completedAtMs === null ? null : new Date(lesson.completedAtMs).toISOString(),
  };
}
