import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCohortCsv } from '../../../src/cli/commands/read-cohort-csv';
import { ServiceError } from '../../../src/domain/shared/service-error';

const HEADER = 'sk_id,cohort_name,login_id,password,chat_webhook_url';
const WEBHOOK = 'https://chat.example.com/v1/spaces/A/messages?key=K&token=T';
/** Small files that were refused, or read as a second cohort. */
const fileOf = (name: string) => readFileSync(join(__dirname, 'csv', `${name}.csv`));
const csv = (...lines: string[]) => Buffer.from([HEADER, ...lines].join('\n'));

function refusal(content: Uint8Array): string {
  try {
    readCohortCsv(content);
  } catch (error) {
    expect(error).toBeInstanceOf(ServiceError);
    expect((error as ServiceError).code).toBe('INPUT_INVALID');
    return (error as ServiceError).message;
  }
  throw new Error('was accepted');
}

describe('readCohortCsv', () => {
  it('reads what a spreadsheet writes: byte order mark, CRLF, quotes, Korean, empty lines', () => {
    const content = Buffer.from(
      `\uFEFF${HEADER}\r\nSK001,"1기, 백엔드",login-1,"pa""ss, word ",https://chat.example.com/v1/spaces/A/messages?key=K&token=T\r\n\r\nSK002,2기,login-2,p2,\r\n`,
    );
    expect(readCohortCsv(content)).toEqual([
      {
        skId: 'SK001',
        cohortName: '1기, 백엔드',
        loginId: 'login-1',
        password: 'pa"ss, word ',
        chatWebhookUrl: 'https://chat.example.com/v1/spaces/A/messages?key=K&token=T',
      },
      { skId: 'SK002', cohortName: '2기', loginId: 'login-2', password: 'p2', chatWebhookUrl: null },
    ]);
  });

  it.each(['rows-of-commas', 'trailing-columns', 'double-bom', 'ctrl-z'])(
    'reads what nobody can see in a spreadsheet: %s',
    (name) => {
      expect(readCohortCsv(fileOf(name))).toEqual([
        { skId: 'T001', cohortName: '과정 1', loginId: 't1@lms.test', password: 'pw1', chatWebhookUrl: null },
      ]);
    },
  );

  it('reads no second cohort that looks like the first', () => {
    expect(refusal(fileOf('zero-width')).split('\n').slice(1)).toEqual(['  line 3: sk_id is already on line 2']);
  });

  it('removes blanks and invisible characters at the ends, except of a password', () => {
    const webhook = `${WEBHOOK}\u200B\u00A0`;
    expect(readCohortCsv(csv(`\u200BT004\u2060,\u00A0과정 4, t4@lms.test\u3000, p w ,${webhook}`))).toEqual([
      { skId: 'T004', cohortName: '과정 4', loginId: 't4@lms.test', password: ' p w ', chatWebhookUrl: WEBHOOK },
    ]);
  });

  it('refuses invisible characters in the middle', () => {
    expect(
      refusal(csv('T0\u200B05,과정,t5,pw,', 'T006,과정,t\u00AD6,pw,', 'T007,과정,t7,pw,'))
        .split('\n')
        .slice(1),
    ).toEqual([
      '  line 2: sk_id must have no invisible character',
      '  line 3: login_id must have no invisible character',
    ]);
  });

  it('refuses an address that can be no webhook', () => {
    expect(refusal(fileOf('not-a-webhook'))).toContain('line 2: chat_webhook_url must be empty or a webhook');
    for (const address of [
      'https://chat.example.com/v1/spaces/A/messages?key=K',
      'https://chat.example.com/v1/spaces/A/messages?key=&token=T',
      'https://chat.example.com/v1/spaces/A/messages/?key=K&token=T',
      'https://chat.example.com/v1/spaces//messages?key=K&token=T',
      'https://chat.example.com/v1/spaces/A/messages?key=K%E2%80%8B&token=T',
      'ftp://chat.example.com/v1/spaces/A/messages?key=K&token=T',
    ]) {
      expect(refusal(csv(`SK001,1기,login,pw,${address}`))).toContain('line 2: chat_webhook_url must be empty or a');
    }
    expect(
      readCohortCsv(csv(`SK001,1기,login,pw,http://127.0.0.1:8/chat/spaces/A/messages?token=T&key=K&x=y`)),
    ).toHaveLength(1);
  });

  it('reads no account from a file with only a header', () => {
    expect(readCohortCsv(csv())).toEqual([]);
  });

  it.each([
    ['nothing', ''],
    ['another order', 'cohort_name,sk_id,login_id,password,chat_webhook_url\n'],
    ['a column too few', 'sk_id,cohort_name,login_id,password\n'],
    ['another separator', 'sk_id;cohort_name;login_id;password;chat_webhook_url\n'],
    ['no header at all', 'SK001,1기,login,pw,\n'],
  ])('refuses a header with %s', (_, content) => {
    expect(refusal(Buffer.from(content))).toContain(`line 1: the header must be ${HEADER}`);
  });

  it('names every wrong line and no value', () => {
    const message = refusal(
      csv(
        'SK001,1기,login,pw-secret,',
        'SK 2,2기,login,pw-secret,',
        'SK003,,login,pw-secret,',
        'SK004,4기,login,,ftp://secret-host/',
        'SK005,5기,login,pw-secret',
        'SK006,6기,login,pw-secret,,x',
        'SK001,7기,login,pw-secret,',
      ),
    );
    expect(message.split('\n').slice(1)).toEqual([
      '  line 3: sk_id must have no white space, slash or control character',
      '  line 4: cohort_name must not be empty',
      '  line 5: password must not be empty; chat_webhook_url must be empty or a webhook: …/spaces/SPACE/messages?key=KEY&token=TOKEN',
      '  line 6: has 4 fields instead of 5',
      '  line 7: has 6 fields instead of 5',
      '  line 8: sk_id is already on line 2',
    ]);
    expect(message).toContain('Nothing was imported, because 6 lines are wrong');
    expect(message).not.toContain('secret');
  });

  it('counts the lines of the file, also after a quoted line break and empty lines', () => {
    const message = refusal(csv('SK001,"one', 'two",login,pw,', '', 'SK002,,login,pw,'));
    expect(message.split('\n').slice(1)).toEqual([
      '  line 2: a quote is in the wrong place, or a field goes on in the next line',
      '  line 3: a quote is in the wrong place, or a field goes on in the next line',
      '  line 5: cohort_name must not be empty',
    ]);
  });

  it.each([
    ['never closed', ['SK001,1기,login,pw,', '', 'SK002,"2기,login,pw,', 'SK003,3기,login,pw,'], [4]],
    ['never closed before another', ['SK001,"1기,login,pw,', 'SK002,"2기",login,pw,', 'SK003,,login,pw,'], [2]],
    ['closed too early', ['SK001,"1"기,login,pw,', 'SK002,2기,login,pw,'], [2]],
    ['opened too late', ['SK001,1기,lo"gin,pw,'], [2]],
    [
      'wrong in several lines',
      ['SK001,1기,lo"gin,pw,', '', 'SK002,"2"기,login,pw,', 'SK003,"3기,login,pw,'],
      [2, 4, 5],
    ],
  ])('names the line of a quote that is %s', (_, lines, broken) => {
    const told = refusal(csv(...lines)).split('\n');
    for (const line of broken)
      expect(told).toContain(`  line ${line}: a quote is in the wrong place, or a field goes on in the next line`);
    expect(told.filter((words) => words.includes('quote'))).toHaveLength(broken.length);
  });

  it('reads a large file whose every line is wrong', () => {
    const lines = Array.from({ length: 20_000 }, () => 'SK001,1기,lo"gin,pw,');
    expect(refusal(csv(...lines))).toContain('because 20000 lines are wrong');
  });

  it('after a quote in the wrong place, names every other wrong line too', () => {
    const message = refusal(
      csv(
        'SK001,1기,lo"gin,pw,',
        'SK 2,2기,login,pw,',
        'SK003,"3"기,login,pw,',
        'SK004,,login,pw,',
        'SK005,"5기,login,pw,',
        'SK006,6기,login,,',
        'SK004,7기,login,pw,',
      ),
    );
    expect(message.split('\n').slice(1)).toEqual([
      '  line 2: a quote is in the wrong place, or a field goes on in the next line',
      '  line 3: sk_id must have no white space, slash or control character',
      '  line 4: a quote is in the wrong place, or a field goes on in the next line',
      '  line 5: cohort_name must not be empty',
      '  line 6: a quote is in the wrong place, or a field goes on in the next line',
      '  line 7: password must not be empty',
      '  line 8: sk_id is already on line 5',
    ]);
  });

  it('refuses text that is not UTF-8, and names the way out', () => {
    const korean = Buffer.from([0xb1, 0xe2]);
    expect(refusal(Buffer.concat([csv('SK001,1'), korean, Buffer.from(',login,pw,\n')]))).toContain(
      'save it as "CSV UTF-8"',
    );
  });
});
