import { PassThrough } from 'node:stream';
import { createPrinter, handleOutputFailures } from '../../../src/cli/output/printer';

function outputs() {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const told: string[] = [];
  handleOutputFailures(stdout, stderr, (sentence) => told.push(sentence));
  const printer = createPrinter(stdout as unknown as NodeJS.WriteStream, stderr as unknown as NodeJS.WriteStream);
  return { stdout, stderr, told, printer };
}
const failure = (code: string) => Object.assign(new Error(`write ${code}`), { code });

describe('the printer', () => {
  it('shows characters that steer a terminal or that nobody sees', () => {
    const { printer, stdout, stderr } = outputs();
    printer.line('T003\u200B \u001b[2J 과정\u00A01');
    printer.note('\u202Eabc');
    expect(stdout.read().toString()).toBe('T003<U+200B> ?[2J 과정<U+00A0>1\n');
    expect(stderr.read().toString()).toBe('<U+202E>abc\n');
  });

  it('escapes invisible characters in JSON, which keeps the value', () => {
    const { printer, stdout } = outputs();
    const value = { skId: 'T003\u200B', tag: '\u{E0041}' };
    printer.json(value);
    const text = stdout.read().toString();
    expect(text).toContain('T003\\u200b');
    expect(JSON.parse(text)).toEqual(value);
  });
});

describe('an output that fails', () => {
  it('is no failure of the command where its reader wants no more', () => {
    const { stdout, stderr, told, printer } = outputs();
    stdout.emit('error', failure('EPIPE'));
    stderr.emit('error', failure('EPIPE'));
    printer.line('more');
    stdout.emit('error', failure('ERR_STREAM_DESTROYED'));
    expect(told).toEqual([]);
  });

  it('is told once in a sentence where the disk is full', () => {
    const { stdout, told } = outputs();
    stdout.emit('error', failure('ENOSPC'));
    stdout.emit('error', failure('ENOSPC'));
    expect(told).toHaveLength(1);
    expect(told[0]).toContain('ENOSPC');
  });
});
