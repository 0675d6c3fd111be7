import { SingleBar } from 'cli-progress';
import type { CollectionProgress } from '../../workflows/contract';
import type { Printer } from '../output/printer';
import { countNoun } from '../output/text';

const FORMAT = '{dates}  {bar}  {value}/{total} cohorts  {stored} stored  {failed} failed  {rows} rows{pass}';
/** The least time between two lines of one pass, where no bar can be drawn. */
const LINE_EVERY_MS = 5_000;

/** `dates` names the run: a date, or a range of dates. */
export interface CollectionDisplay {
  waiting(dates: string): void;
  update(dates: string, progress: CollectionProgress): void;
  /** Ends the bar, so that other lines can be written. */
  end(): void;
}

/** The progress of a collection: a bar in a terminal, lines in a file. */
export function createCollectionDisplay(printer: Printer): CollectionDisplay {
  return printer.interactive ? barDisplay() : lineDisplay(printer);
}

function barDisplay(): CollectionDisplay {
  let bar: SingleBar | undefined;
  let drawn: string | undefined;
  const draw = (dates: string, total: number, value: number, numbers: object) => {
    const payload = { dates, ...numbers };
    if (bar === undefined || drawn !== dates) {
      bar?.stop();
      bar = new SingleBar({ format: FORMAT, barsize: 30, hideCursor: true, emptyOnZero: true });
      bar.start(total, value, payload);
      drawn = dates;
      return;
    }
    bar.setTotal(total);
    bar.update(value, payload);
  };
  return {
    waiting: (dates) => draw(dates, 0, 0, { stored: 0, failed: 0, rows: 0, pass: '' }),
    update(dates, progress) {
      const { cohortsTotal, cohortsDone, stored, failed, rows } = progress;
      draw(dates, cohortsTotal, cohortsDone, { stored, failed, rows, pass: describePass(progress) });
    },
    end() {
      bar?.stop();
      bar = undefined;
    },
  };
}

function lineDisplay(printer: Printer): CollectionDisplay {
  let lastLine = '';
  let lastSubject = '';
  let lastLineAtMs = -Infinity;
  const note = (line: string, subject: string) => {
    const isNew = subject !== lastSubject;
    if (line === lastLine || (!isNew && performance.now() - lastLineAtMs < LINE_EVERY_MS)) return;
    printer.note(line);
    lastLine = line;
    lastSubject = subject;
    lastLineAtMs = performance.now();
  };
  return {
    waiting: (dates) => note(`${dates}: waits for its turn`, dates),
    update(dates, progress) {
      const { cohortsTotal, cohortsDone, stored, failed, rows, pass, nextPass } = progress;
      if (cohortsTotal === 0) return;
      const counts = `${cohortsDone}/${cohortsTotal} cohorts, ${stored} stored, ${failed} failed, ${rows} rows`;
      note(`${dates}: ${counts}${describePass(progress)}`, `${dates} ${cohortsDone} ${pass} ${nextPass?.at}`);
    },
    end: () => undefined,
  };
}

/** Nothing about the first pass, with which most collections end. */
function describePass({ pass, nextPass }: CollectionProgress): string {
  if (nextPass !== null) {
    const inSeconds = Math.max(0, Math.ceil((Date.parse(nextPass.at) - Date.now()) / 1000));
    return `, pass ${pass + 1} of ${countNoun(nextPass.cohorts, 'cohort')} in ${inSeconds} s`;
  }
  return pass === 1 ? '' : `, pass ${pass}`;
}
