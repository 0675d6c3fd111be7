import { CsvError, parse } from 'csv-parse/sync';
import { cohortAccountSchema, type CohortAccount } from '../domain/cohort-account';
import { ServiceError } from '../domain/service-error';

/** Contract section 8. */
const COLUMNS = ['sk_id', 'cohort_name', 'login_id', 'password', 'chat_webhook_url'] as const;
const HEADER = COLUMNS.join(',');
const COLUMN_OF_FIELD: Record<string, string> = {
  skId: 'sk_id',
  cohortName: 'cohort_name',
  loginId: 'login_id',
  chatWebhookUrl: 'chat_webhook_url',
};

interface CsvRecord {
  /** Of the file, counted from 1; a quoted field may hold line breaks, then it is the record's first line. */
  line: number;
  fields: string[];
}

/**
 * Reads accounts from CSV as spreadsheets write it: UTF-8 with or without byte order mark, any line ends, quoted
 * fields, empty lines.
 * @throws ServiceError INPUT_INVALID that names every wrong line, and no value of it
 */
export function readCohortCsv(content: Uint8Array): CohortAccount[] {
  const problems: string[] = [];
  const [header, ...records] = readRecords(decodeUtf8(content), problems);
  if (header === undefined || header.fields.join(',') !== HEADER) {
    throw wrongLines([`line 1: the header must be ${HEADER}`]);
  }
  const accounts = new Map<string, CohortAccount>();
  const lineOf = new Map<string, number>();
  for (const { line, fields } of records) {
    const { account, issues } = readAccount(fields);
    const skId = fields[0] ?? '';
    const earlier = lineOf.get(skId);
    if (earlier !== undefined) issues.push(`sk_id stands on line ${earlier} already`);
    else lineOf.set(skId, line);
    if (issues.length > 0) problems.push(`line ${line}: ${issues.join('; ')}`);
    else if (account !== undefined) accounts.set(skId, account);
  }
  if (problems.length > 0) throw wrongLines(problems.sort((one, other) => lineNumber(one) - lineNumber(other)));
  return [...accounts.values()];
}

/** Spreadsheets of Windows in Korea save CP949 unless told otherwise; read as UTF-8 it would be garbage in alerts. */
function decodeUtf8(content: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    throw new ServiceError(
      'INPUT_INVALID',
      'Nothing was imported, for the file is not UTF-8 text: save it as "CSV UTF-8" and import it again.',
    );
  }
}

/**
 * After a quote in the wrong place reading goes on at the line below the one where its record began: no field may hold a
 * line break, so what a stray quote would swallow are lines of their own.
 */
function readRecords(text: string, problems: string[]): CsvRecord[] {
  const lines = text.replace(/\r\n?/g, '\n').split('\n');
  const records: CsvRecord[] = [];
  for (let begin = 0; begin < lines.length;) {
    const broken = readUntilBroken(lines, begin, records);
    if (broken === undefined) break;
    problems.push(`line ${broken}: a quote is opened or closed in the wrong place`);
    begin = broken;
  }
  return records;
}

/** Adds the records from the line at index `begin` on; answers the line where a broken one begins, if there is any. */
function readUntilBroken(lines: readonly string[], begin: number, records: CsvRecord[]): number | undefined {
  let end = begin;
  try {
    parse(lines.slice(begin).join('\n'), {
      relax_column_count: true,
      skip_empty_lines: true,
      on_record: (fields: string[], context) => {
        const breaks = fields.join('').split('\n').length - 1;
        end = begin + context.lines;
        records.push({ line: end - breaks, fields });
        return null;
      },
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return lines.findIndex((content, index) => index >= end && content !== '') + 1;
  }
}

function readAccount(fields: string[]): { account?: CohortAccount; issues: string[] } {
  if (fields.length !== COLUMNS.length) {
    return { issues: [`has ${fields.length} fields instead of ${COLUMNS.length}`] };
  }
  const [skId, cohortName, loginId, password, webhook] = fields;
  const result = cohortAccountSchema.safeParse({
    skId,
    cohortName,
    loginId,
    password,
    chatWebhookUrl: webhook === '' ? null : webhook,
  });
  if (result.success) return { account: result.data, issues: [] };
  const issues = result.error.issues.map((issue) => {
    const field = String(issue.path[0]);
    return `${COLUMN_OF_FIELD[field] ?? field} ${issue.message}`;
  });
  return { issues };
}

function lineNumber(problem: string): number {
  return Number(/^line (\d+)/.exec(problem)?.[1]);
}

function wrongLines(problems: readonly string[]): ServiceError {
  const count = problems.length === 1 ? 'one line is' : `${problems.length} lines are`;
  return new ServiceError(
    'INPUT_INVALID',
    `Nothing was imported, for ${count} wrong; correct the file and import it again.\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
  );
}
