import type { RerunRequest } from '../../domain/collection/collection-request';
import Table from 'cli-table3';

const NO_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** Aligned columns without lines. A Korean letter takes two columns, as it does in a terminal. */
export function textTable(rows: readonly (readonly string[])[], indent = ''): string {
  const table = new Table({ chars: NO_LINES, style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] } });
  for (const row of rows) table.push([...row]);
  return table
    .toString()
    .split('\n')
    .map((line) => `${indent}${line}`.trimEnd())
    .join('\n');
}

/** `1 cohort`, `2 cohorts`. */
export function countNoun(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** The command that asks for a re-run, for a shell. */
export function collectLine({ date, to, skIds = [], dataTypes = [] }: RerunRequest): string {
  const words = [
    ...['openeg', 'collect', '--date', date],
    ...(to === undefined ? [] : ['--to', to]),
    ...(skIds.length === 0 ? [] : ['--cohort', ...skIds]),
    ...(dataTypes.length === 0 ? [] : ['--type', ...dataTypes]),
  ];
  return words.map((word) => (/^[\w.-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}
