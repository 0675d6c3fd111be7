import type { ChatCounts, ChatMessage } from './chat/chat-spaces';
import type { CourseSize } from './data/course-generator';
import type { Knobs, KnobsPatch } from './knobs';
import type { LmsControls, LmsState } from './lms/simulated-lms';
import type { StatisticsCall } from './statistics/statistics-server';

export interface SimulatorOptions {
  host?: string;
  /** Port of the LMS. Chat, statistics server and control API get the next three. 0 (default): four free ports. */
  port?: number;
  /** The same seed gives the same data. */
  seed?: string;
  /** Number of cohorts at the start: SK001, SK002 … */
  cohorts?: number;
  size?: Partial<CourseSize>;
  knobs?: KnobsPatch;
  webhookKey?: string;
  webhookToken?: string;
}

export interface SimulatorState {
  lms: LmsState;
  chat: ChatCounts & { faults: Record<string, number> };
  statistics: { calls: number; accepted: number; faults: Record<string, number> };
}

/** The running simulator. The control API offers the same calls over HTTP (simulator/README.md). */
export interface Simulator extends LmsControls {
  lmsUrl: string;
  /** The base of all webhooks. */
  chatBaseUrl: string;
  /** The webhook of a space, with its secrets. */
  chatUrl(space: string): string;
  statisticsUrl: string;
  controlUrl: string;
  /** The page that shows Chat's messages. */
  chatPageUrl: string;
  /** The present knobs. `setKnobs` changes them. */
  readonly knobs: Readonly<Knobs>;
  setKnobs(patch: KnobsPatch): Promise<void>;
  /** The CSV file for `openeg cohorts import`. */
  cohortsCsv(): string;
  state(): SimulatorState;
  /** Sets all counts to 0 and empties all lists of calls and messages. Data, tokens and known requestIds stay. */
  resetCounts(): void;
  chatMessages(space?: string): ChatMessage[];
  statisticsCalls(): StatisticsCall[];
  close(): Promise<void>;
}
