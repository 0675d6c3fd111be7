import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';

type Decompress = (bytes: Buffer, options: { maxOutputLength: number }) => Buffer;

/** Requests ask for no encoding. Some proxies compress nevertheless. */
const DECOMPRESS: Readonly<Record<string, Decompress>> = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  br: brotliDecompressSync,
  deflate: inflateSync,
};

/**
 * The text of a body: decompressed, and decoded by the charset of its content type, else as UTF-8. A byte order mark is
 * dropped. Undefined for bytes that are no such text: stored, they would be garbage that nobody can repair.
 */
export function bodyText(
  body: Buffer,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  maxBytes: number,
): string | undefined {
  const encoding = textOf(headers['content-encoding']).trim().toLowerCase();
  const [, charset = 'utf-8'] = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(textOf(headers['content-type'])) ?? [];
  try {
    const bytes = encoding in DECOMPRESS ? DECOMPRESS[encoding]?.(body, { maxOutputLength: maxBytes }) : body;
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

const textOf = (header: string | string[] | undefined) => (typeof header === 'string' ? header : '');
