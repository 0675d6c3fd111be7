import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Database } from '../../adapters/database/core/database';
import {
  createProgressRecorder,
  type ProgressCall,
  type ProgressRules,
} from '../../adapters/database/completion/record-progress';
import type { Metrics } from '../../adapters/metrics';
import { explainCompletion } from '../../domain/completion/explain-completion';
import { summarize, type LessonProgress } from '../../domain/completion/lesson-progress';
import { ApiError } from '../errors/api-error';
import { authenticate } from './authenticate';
import { createCallLimit } from './limit-calls';
import {
  errorAnswerSchema,
  explainedAnswerSchema,
  lessonParametersSchema,
  progressAnswerSchema,
  saveBodySchema,
  type ProgressAnswer,
  type SaveBody,
} from './progress-schemas';

export interface ProgressRoutesOptions {
  database: Database;
  metrics: Pick<Metrics, 'progressSaves' | 'creditRefusedSeconds'>;
  rules: ProgressRules;
  /** Told after the commit that a lesson is completed now. Must not throw or wait. */
  onCompleted: (completionId: string) => void;
}

/** A page waits for each answer; a save that is stored after it gave up is found stored when it tries again. */
const HANDLER_TIMEOUT_MS = 5_000;

/** The progress API (contract section 7), to be mounted under `/api/progress`. */
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

  const route = {
    handlerTimeout: HANDLER_TIMEOUT_MS,
    schema: { tags: ['progress'], security: [{ memberToken: [] }] },
  };
  const errors = (...statuses: number[]) => Object.fromEntries(statuses.map((status) => [status, errorAnswerSchema]));

  app.get(
    '/:projectNo/:eduNo/:chasiNo/:memberNo',
    {
      ...route,
      schema: {
        ...route.schema,
        summary: 'What is credited of a lesson, and why; starts its clock. To be awaited before playing',
        params: lessonParametersSchema,
        response: { 200: explainedAnswerSchema, ...errors(400, 401, 403, 429, 503) },
      },
    },
    async (request) => {
      requireOwn(request, request.params.memberNo);
      const { lesson, completionId } = await recorder.open(request.params);
      if (completionId !== null) onCompleted(completionId);
      return { ...answerOf(lesson), explanation: explainCompletion(lesson, rules.maxPlaybackRate) };
    },
  );

  app.post(
    '',
    {
      ...route,
      schema: {
        ...route.schema,
        summary: 'Saves what was played since the last save',
        body: saveBodySchema,
        response: { 200: progressAnswerSchema, ...errors(400, 401, 403, 409, 413, 415, 422, 429, 503) },
      },
    },
    (request) => save(request, 'save', request.body),
  );

  app.post(
    '/complete',
    {
      ...route,
      schema: {
        ...route.schema,
        summary: 'The one call for a video of at most 60 s, when 80 % of it was played',
        body: saveBodySchema,
        response: { 200: progressAnswerSchema, ...errors(400, 401, 403, 409, 413, 415, 422, 429, 503) },
      },
    },
    (request) => save(request, 'complete', request.body),
  );

  async function save(request: FastifyRequest, call: ProgressCall, body: SaveBody): Promise<ProgressAnswer> {
    requireOwn(request, body.memberNo);
    const { projectNo, eduNo, chasiNo, memberNo, saveId, playbackRate, segments } = body;
    const recorded = await recorder.report(call, {
      key: { projectNo, eduNo, chasiNo, memberNo },
      saveId,
      totalVideoTimeMs: body.totalVideoTime,
      currentVideoTimeMs: body.currentVideoTime,
      completionVideoTimeMs: body.completionVideoTime,
      playbackRate,
      segments,
    });
    if ('refused' in recorded) {
      for (const { reason, milliseconds } of recorded.refused) {
        metrics.creditRefusedSeconds.inc({ reason }, milliseconds / 1000);
      }
    }
    switch (recorded.outcome) {
      case 'saved':
      case 'repeated':
        metrics.progressSaves.inc({ outcome: recorded.outcome === 'saved' ? 'accepted' : 'repeated' });
        if (recorded.completionId !== null) onCompleted(recorded.completionId);
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
};

/** @throws ApiError OTHER_MEMBER */
function requireOwn(request: FastifyRequest, memberNo: string): void {
  if (request.memberNo !== memberNo) throw new ApiError('OTHER_MEMBER', 'The token belongs to another member.');
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
