import { futureDateIssue, rerunRequestSchema, type RerunRequest } from '../../domain/collection/collection-request';
import { DATA_TYPES } from '../../domain/collection/data-type';
import { describeIssues } from '../../domain/shared/describe-issues';
import { addDays, countLearningDates, formatSeoulTime, type LearningDate } from '../../domain/shared/learning-date';
import { collectionRerunId, type CollectionRerunsStatus, type RerunRun, type RerunTicket } from '../contract';
import { markdownTable } from '../shared/markdown-table';

/** A leap year. A longer range is most likely a typing error. */
const MAX_DATES = 366;
/** The queue is handed on from run to run and is part of the answer to `status`; a payload of Temporal holds 2 MB. */
const MAX_WAITING_CHARACTERS = 500_000;
const MAX_WAITING_DATES = 5_000;
const MAX_REASON_CHARACTERS = 300;
const MAX_REMEMBERED = 20;

interface QueuedRerun {
  /** Makes the workflow ids of two requests for the same date different. */
  ticket: string;
  /** Cohorts and data types are sorted and unique, so that equal requests are equal as JSON. */
  request: RerunRequest;
  /** The first date that is not collected yet. */
  nextDate: LearningDate;
  /** ISO instant, set when the run starts. Data read after it is new enough for every date of the range. */
  requestedAt: string | null;
}

/** The state that a run of `collectionReruns` hands on to the next one. */
export interface RerunQueueState {
  issued: number;
  queue: QueuedRerun[];
  finished: CollectionRerunsStatus['finished'];
  rejected: CollectionRerunsStatus['rejected'];
}

/** A request, or what is left of it, whose turn it is. */
export interface RerunTurn extends RerunRun {
  queued: QueuedRerun;
}

export interface RerunOutcome {
  stored: number;
  failed: number;
  /** The last date that the run collected. Undefined: the turn's date alone, in a run that began under version 0.1.0. */
  collectedTo?: LearningDate | undefined;
}

/** The requests for re-runs in the order of their arrival. Different requests run side by side. */
export class RerunQueue {
  private readonly state: RerunQueueState;
  private readonly running = new Map<QueuedRerun, RerunTurn>();

  /** @param origin makes workflow ids differ from those of an earlier queue that was ended by hand */
  constructor(
    private readonly origin: string,
    handedOn?: RerunQueueState,
  ) {
    this.state = handedOn ?? { issued: 0, queue: [], finished: [], rejected: [] };
  }

  /**
   * Why a request cannot be accepted, without its values; undefined when it can.
   * @param now on the workflow's clock
   */
  issueOf(input: unknown, now: Date): string | undefined {
    const parsed = rerunRequestSchema.safeParse(input);
    if (!parsed.success) return describeIssues(parsed.error, 'the request').slice(0, MAX_REASON_CHARACTERS);
    const request = parsed.data;
    const future = futureDateIssue(request, now);
    if (future !== undefined) return future;
    if (datesOf(request) > MAX_DATES) {
      return `to: must be at most ${MAX_DATES} dates with the first one; ask for the rest afterwards`;
    }
    const requests = [...this.state.queue.map((queued) => queued.request), request];
    const dates = requests.reduce((sum, each) => sum + datesOf(each), 0);
    return dates > MAX_WAITING_DATES || JSON.stringify(requests).length > MAX_WAITING_CHARACTERS
      ? 'too much waits already: ask again when some of it is done'
      : undefined;
  }

  /** Queues a request that has no issue. A request that equals one that waits and has not begun is not queued twice. */
  accept(input: unknown): RerunTicket {
    const request = inOrder(rerunRequestSchema.parse(input));
    const text = JSON.stringify(request);
    const twin = this.state.queue.find((queued) => !this.hasBegun(queued) && JSON.stringify(queued.request) === text);
    if (twin !== undefined) return { runs: [runOf(twin)] };
    this.state.issued += 1;
    const queued: QueuedRerun = {
      ticket: `${this.origin}-${this.state.issued}`,
      request,
      nextDate: request.date,
      requestedAt: null,
    };
    this.state.queue.push(queued);
    return { runs: [runOf(queued)] };
  }

  reject(reason: string, now: Date): void {
    remember(this.state.rejected, { at: now.toISOString(), reason });
  }

  /** Marks the next request as running and returns its turn; undefined when each request runs already or none waits. */
  take(): RerunTurn | undefined {
    const queued = this.state.queue.find((candidate) => !this.running.has(candidate));
    if (queued === undefined) return undefined;
    const turn = { ...runOf(queued), queued };
    this.running.set(queued, turn);
    return turn;
  }

  finish({ queued, ...run }: RerunTurn, { collectedTo, ...counts }: RerunOutcome, now: Date): void {
    this.running.delete(queued);
    remember(this.state.finished, { ...run, ...counts, endedAt: now.toISOString() });
    const through = collectedTo ?? run.date;
    if (through >= (queued.request.to ?? queued.request.date))
      this.state.queue.splice(this.state.queue.indexOf(queued), 1);
    else queued.nextDate = addDays(through, 1);
  }

  get hasTurn(): boolean {
    return this.state.queue.length > this.running.size;
  }

  status(): CollectionRerunsStatus {
    return {
      waiting: this.state.queue
        .filter((queued) => !this.running.has(queued))
        .map((queued) => ({ ...runOf(queued), skIds: queued.request.skIds, dataTypes: queued.request.dataTypes })),
      running: [...this.running.values()].map(({ queued: _queued, ...run }) => run),
      finished: this.state.finished,
      rejected: this.state.rejected,
    };
  }

  /** Markdown for the Web UI. It is made after each signal, so it must be cheap. */
  details(): string {
    const { queue, finished, rejected } = this.state;
    const running = [...this.running.values()];
    const paragraphs = [
      `**${running.length} running, ${queue.length - running.length} requests waiting** (times of Asia/Seoul)`,
      running.map(({ workflowId }) => `- ${workflowId}`).join('\n'),
      finished.length === 0 ? '' : finishedTable(finished),
      rejected
        .toReversed()
        .map(({ at, reason }) => `- rejected at ${formatSeoulTime(new Date(at))}: ${reason}`)
        .join('\n'),
    ];
    return paragraphs.filter((paragraph) => paragraph !== '').join('\n\n');
  }

  /** Complete only while nothing runs: running dates are not part of it. */
  handOn(): RerunQueueState {
    return this.state;
  }

  private hasBegun(queued: QueuedRerun): boolean {
    return queued.requestedAt !== null || this.running.has(queued);
  }
}

function finishedTable(finished: CollectionRerunsStatus['finished']): string {
  return markdownTable(
    ['date', 'datasets stored', 'failed', 'ended'],
    finished.toReversed().map(({ date, to, stored, failed, endedAt }) => {
      return [to === undefined ? date : `${date} to ${to}`, stored, failed, formatSeoulTime(new Date(endedAt))];
    }),
  );
}

function runOf({ ticket, request: { to }, nextDate: date }: QueuedRerun): RerunRun {
  const isRange = to !== undefined && to > date;
  return { date, ...(isRange ? { to } : {}), workflowId: collectionRerunId(date, ticket) };
}

function datesOf({ date, to }: RerunRequest): number {
  return countLearningDates(date, to ?? date);
}

function inOrder({ date, to, skIds, dataTypes }: RerunRequest): RerunRequest {
  return {
    date,
    to,
    skIds: skIds && [...new Set(skIds)].toSorted(),
    dataTypes: dataTypes && DATA_TYPES.filter((dataType) => dataTypes.includes(dataType)),
  };
}

function remember<Entry>(entries: Entry[], entry: Entry): void {
  entries.push(entry);
  entries.splice(0, entries.length - MAX_REMEMBERED);
}
