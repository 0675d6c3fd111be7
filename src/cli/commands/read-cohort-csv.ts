import { CsvError, parse } from 'csv-parse/sync';
import { cohortAccountSchema, type CohortAccount } from '../../domain/accounts/cohort-account';
import { trimInvisible } from '../../domain/shared/invisible-characters';
import { ServiceError } from '../../domain/shared/service-error';

/** Contract section 8. */
const COLUMNS = ['sk_id', 'cohort_name', 'login_id', 'password', 'chat_webhook_url'] as const;
const HEADER = COLUMNS.join(',');
const COLUMN_OF_FIELD: Record<string, string> = {
  skId: 'sk_id',
  cohortName: 'cohort_name',
  loginId: 'login_id',
  chatWebhookUrl: 'chat_webhook_url',
};

/** Ends a text file of DOS. */
const CONTROL_Z = '\u001A';

interface CsvRecord {
  /** Counted from 1. */
  line: number;
  fields: string[];
}

/**
 * Reads accounts from CSV as spreadsheets write it: UTF-8 with or without byte order marks, any line ends, quoted fields,
 * empty lines, lines and columns without a value, a control-Z at the end. Blanks and invisible characters at the ends of a
 * field are removed, except of a password.
 * @throws ServiceError INPUT_INVALID that names every wrong line, and no value of it
 */
export function readCohortCsv(content: Uint8Array): CohortAccount[] {
  const problems: string[] = [];
  const [header, ...records] = readRecords(decodeUtf8(content), problems);
  if (header === undefined || header.fields.map(trimInvisible).join(',') !== HEADER) {
    throw wrongLines([`line 1: the header must be ${HEADER}`]);
  }
  const accounts = new Map<string, CohortAccount>();
  const lineOf = new Map<string, number>();
  for (const { line, fields } of records) {
    const { account, issues } = readAccount(fields);
    const skId = trimInvisible(fields[0] ?? '');
    const earlier = lineOf.get(skId);
    if (earlier !== undefined) issues.push(`sk_id is already on line ${earlier}`);
    else lineOf.set(skId, line);
    if (issues.length > 0) problems.push(`line ${line}: ${issues.join('; ')}`);
    else if (account !== undefined) accounts.set(skId, account);
  }
  if (problems.length > 0) throw wrongLines(problems.sort((one, other) => lineNumber(one) - lineNumber(other)));
  return [...accounts.values()];
}

/** Excel on Korean Windows saves CSV as CP949 by default. Read as UTF-8, its names would be garbage in alerts. */
function decodeUtf8(content: Uint8Array): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(content);
    const shown = text.replace(/^\uFEFF+/, '').trimEnd();
    return shown.endsWith(CONTROL_Z) ? shown.slice(0, -1) : shown;
  } catch {
    throw new ServiceError(
      'INPUT_INVALID',
      'Nothing was imported, because the file is not UTF-8 text: save it as "CSV UTF-8" and import it again.',
    );
  }
}

/** Parses each line by itself, because no field may hold a line break: a quote in the wrong place spoils one line only. */
function readRecords(text: string, problems: string[]): CsvRecord[] {
  return text.split(/\r\n?|\n/).flatMap((content, index) => {
    const line = index + 1;
    try {
      return parse(content, { relax_column_count: true })
        .filter((fields) => fields.some((field) => trimInvisible(field) !== ''))
        .map((fields) => ({ line, fields: withoutEmptyColumns(fields) }));
    } catch (error) {
      if (!(error instanceof CsvError)) throw error;
      problems.push(`line ${line}: a quote is in the wrong place, or a field goes on in the next line`);
      return [];
    }
  });
}

/** A spreadsheet writes empty fields for columns that were used once. */
function withoutEmptyColumns(fields: string[]): string[] {
  const isBeyond = fields.slice(COLUMNS.length).every((field) => trimInvisible(field) === '');
  return isBeyond ? fields.slice(0, COLUMNS.length) : fields;
}

function readAccount(fields: string[]): { account?: CohortAccount; issues: string[] } {
  if (fields.length !== COLUMNS.length) {
    return { issues: [`has ${fields.length} fields instead of ${COLUMNS.length}`] };
  }
  const [skId, cohortName, loginId, , webhook] = fields.map(trimInvisible);
  const password = fields[3];
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
    `Nothing was imported, because ${count} wrong; correct the file and import it again.\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
  );
}
