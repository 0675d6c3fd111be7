import type { Command } from 'commander';
import { completionIdOf, findCompletion } from '../../adapters/database/completion/video-completions';
import { readProgress } from '../../adapters/database/completion/video-progress';
import { explainCompletion, type CompletionExplanation } from '../../domain/completion/explain-completion';
import { lessonKeySchema, type LessonKey } from '../../domain/completion/lesson-key';
import { completesAtNextCall, summarize, type LessonProgress } from '../../domain/completion/lesson-progress';
import type { RefusalReason } from '../../domain/completion/refusal';
import { describeIssues } from '../../domain/shared/describe-issues';
import type { CliContext } from '../context';
import { UsageError } from '../output/errors';
import { textTable } from '../output/text';

interface ExplainOptions {
  project: string;
  edu: string;
  chasi: string;
  member: string;
}

const REASONS: Record<RefusalReason, string> = {
  'already-counted': 'already counted: each part of a video counts once',
  'faster-than-time': 'faster than time: more than the clocks of the lesson and the member allow',
  'beyond-the-end': 'beyond the end of the video',
  'too-many-parts': 'in more separate parts than the service keeps',
  'save-id-reused': 'another save had that saveId before',
};

/** `openeg explain` (contract section 8). It changes nothing, not even the lesson's clock. */
export function addExplainCommand(program: Command, context: CliContext): void {
  program
    .command('explain')
    .description('why a lecture is, or is not, completed')
    .requiredOption('--project <projectNo>', 'the cohort (sk_id)')
    .requiredOption('--edu <eduNo>', 'the course')
    .requiredOption('--chasi <chasiNo>', 'the lesson (lesson_id)')
    .requiredOption('--member <memberNo>', 'the learner')
    .action((options: ExplainOptions) => explain(context, options));
}

async function explain({ printer, database, maxPlaybackRate }: CliContext, options: ExplainOptions): Promise<void> {
  const key = parseKey(options);
  const rate = maxPlaybackRate();
  const lesson = await readProgress(database(), key);
  if (lesson === undefined) {
    printer.line(`Member ${key.memberNo} never opened lesson ${key.chasiNo} of course ${key.eduNo}, ${key.projectNo}.`);
    printer.note('If it was opened: compare the four numbers with those that the page sends.');
    return;
  }
  const completion = await findCompletion(database(), completionIdOf(key));
  const explanation = explainCompletion(lesson, rate);
  const { creditMs, lengthMs, rate: progress } = summarize(lesson);
  printer.line(explanation.sentence);
  printer.line();
  printer.line(
    textTable([
      ['Length', lengthMs === 0 ? 'unknown: no save yet' : videoTime(lengthMs)],
      ['Credited', `${videoTime(creditMs)} (${(progress * 100).toFixed(2)} %)`],
      ['Missing', missingTime(explanation, lengthMs)],
      ['Completed', completedAt(lesson)],
      ['At the LMS', reported(completion)],
      ['Last call', lesson.clock === null ? 'none' : new Date(lesson.clock.lastCallAtMs).toISOString()],
      [
        'Clock',
        lesson.clock === null ? 'none' : `${videoTime(lesson.clock.elapsedMs)}, credit up to ${rate} times that`,
      ],
    ]),
  );
  for (const table of tablesOf(explanation)) {
    printer.line();
    printer.line(textTable(table));
  }
}

function missingTime({ missing: { milliseconds }, rule }: CompletionExplanation, lengthMs: number): string {
  return lengthMs === 0 ? 'unknown' : `${videoTime(milliseconds)} to ${rule.threshold * 100} %`;
}

function completedAt(lesson: LessonProgress): string {
  if (lesson.completedAtMs !== null) return new Date(lesson.completedAtMs).toISOString();
  return completesAtNextCall(lesson) ? 'not yet: when the learner opens the lecture next' : 'no';
}

function reported(completion: { reportedAt: Date | null } | undefined): string {
  if (completion === undefined) return 'nothing to report';
  return completion.reportedAt === null
    ? 'not reported yet: "openeg status" and the operators\' space say why'
    : completion.reportedAt.toISOString();
}

function tablesOf({ credited, refused, missing }: CompletionExplanation): string[][][] {
  const tables = [
    { head: ['CREDITED', 'TO', 'LENGTH'], rows: credited.map(({ from, to }) => stretch(from, to)) },
    { head: ['NOT CREDITED YET', 'TO', 'LENGTH'], rows: missing.segments.map(([from, to]) => stretch(from, to)) },
    {
      head: ['REFUSED AT', 'LENGTH', 'WHY'],
      rows: refused.map(({ at, milliseconds, reason }) => [at, videoTime(milliseconds), REASONS[reason]]),
    },
  ];
  return tables.filter(({ rows }) => rows.length > 0).map(({ head, rows }) => [head, ...rows]);
}

function stretch(fromMs: number, toMs: number): string[] {
  return [videoTime(fromMs), videoTime(toMs), videoTime(toMs - fromMs)];
}

/** `3723456` → `1:02:03.456` */
function videoTime(milliseconds: number): string {
  const iso = new Date(milliseconds).toISOString().slice(14, 23);
  const hours = Math.floor(milliseconds / 3_600_000);
  return hours === 0 ? iso : `${hours}:${iso}`;
}

/** @throws UsageError */
function parseKey({ project, edu, chasi, member }: ExplainOptions): LessonKey {
  const parsed = lessonKeySchema.safeParse({ projectNo: project, eduNo: edu, chasiNo: chasi, memberNo: member });
  if (!parsed.success) throw new UsageError(`No lesson has such numbers. ${describeIssues(parsed.error)}.`);
  return parsed.data;
}
