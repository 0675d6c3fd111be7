import { SingleBar } from 'cli-progress';
import type { LearningDate } from '../../domain/shared/learning-date';
import type { CollectionProgress } from '../../workflows/contract';
import type { Printer } from '../output/printer';

const FORMAT = '{date}  {bar}  {value}/{total} cohorts  {stored} stored  {failed} failed  {rows} rows';
/** The least time between two lines of one date, where no bar can be drawn. */
const LINE_EVERY_MS = 5_000;

export interface CollectionDisplay {
  waiting(date: LearningDate): void;
  update(date: LearningDate, progress: CollectionProgress): void;
  /** Ends the bar, so that other lines can be written. */
  end(): void;
}

/** The progress of a collection: a bar in a terminal, lines in a file. */
export function createCollectionDisplay(printer: Printer): CollectionDisplay {
  return printer.interactive ? barDisplay() : lineDisplay(printer);
}

function barDisplay(): CollectionDisplay {
  let bar: SingleBar | undefined;
  let drawn: LearningDate | undefined;
  const draw = (date: LearningDate, total: number, value: number, numbers: object) => {
    const payload = { date, ...numbers };
    if (bar === undefined || drawn !== date) {
      bar?.stop();
      bar = new SingleBar({ format: FORMAT, barsize: 30, hideCursor: true, emptyOnZero: true });
      bar.start(total, value, payload);
      drawn = date;
      return;
    }
    bar.setTotal(total);
    bar.update(value, payload);
  };
  return {
    waiting: (date) => draw(date, 0, 0, { stored: 0, failed: 0, rows: 0 }),
    update: (date, { cohortsTotal, cohortsDone, stored, failed, rows }) =>
      draw(date, cohortsTotal, cohortsDone, { stored, failed, rows }),
    end() {
      bar?.stop();
      bar = undefined;
    },
  };
}

function lineDisplay(printer: Printer): CollectionDisplay {
  let lastLine = '';
  let lastLineAtMs = -Infinity;
  const note = (line: string, isNew: boolean) => {
    if (line === lastLine || (!isNew && performance.now() - lastLineAtMs < LINE_EVERY_MS)) return;
    printer.note(line);
    lastLine = line;
    lastLineAtMs = performance.now();
  };
  return {
    waiting: (date) => note(`${date}: waits for its turn`, !lastLine.startsWith(date)),
    update(date, { cohortsTotal, cohortsDone, stored, failed, rows }) {
      if (cohortsTotal === 0) return;
      const line = `${date}: ${cohortsDone}/${cohortsTotal} cohorts, ${stored} stored, ${failed} failed, ${rows} rows`;
      note(line, !lastLine.startsWith(`${date}: ${cohortsDone}`));
    },
    end: () => undefined,
  };
}
