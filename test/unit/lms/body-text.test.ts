import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { bodyText } from '../../../src/adapters/lms/access/body-text';

const TEXT = '{"name":"홍길동"}';
const EUC_KR = Buffer.from([0xc8, 0xab, 0xb1, 0xe6, 0xb5, 0xbf]);
const read = (body: Buffer, headers: Record<string, string> = {}) => bodyText(body, headers, 1_000);

it.each([
  ['gzip', gzipSync(TEXT)],
  ['GZIP', gzipSync(TEXT)],
  ['br', brotliCompressSync(TEXT)],
  ['deflate', deflateSync(TEXT)],
  ['identity', Buffer.from(TEXT)],
])('reads a body in the content encoding %s', (encoding, body) => {
  expect(read(body, { 'content-encoding': encoding })).toBe(TEXT);
});

it('drops a byte order mark', () => {
  expect(read(Buffer.from(`\ufeff${TEXT}`))).toBe(TEXT);
});

it('decodes by the charset of the content type, else as UTF-8', () => {
  expect(read(EUC_KR, { 'content-type': 'application/json; charset=euc-kr' })).toBe('홍길동');
  expect(read(EUC_KR, { 'content-type': 'application/json; Charset="EUC-KR"; v=1' })).toBe('홍길동');
  expect(read(Buffer.from(TEXT), { 'content-type': 'application/json' })).toBe(TEXT);
});

it.each([
  ['bytes of another charset', EUC_KR, {}],
  ['a single broken byte', Buffer.concat([Buffer.from(TEXT), Buffer.from([0xff])]), {}],
  ['a charset that nobody knows', Buffer.from(TEXT), { 'content-type': 'text/plain; charset=klingon' }],
  ['a broken compression', gzipSync(TEXT).subarray(0, 12), { 'content-encoding': 'gzip' }],
  ['more than the limit once decompressed', gzipSync(Buffer.alloc(1_001, ' ')), { 'content-encoding': 'gzip' }],
])('has no text for %s', (_what, body, headers) => {
  expect(read(body, headers)).toBeUndefined();
});
