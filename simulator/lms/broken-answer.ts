type Json = Record<string, unknown>;

/** The list of items within an answer, where there is one. */
const listName = (value: Json) => ['items', 'units'].find((name) => Array.isArray(value[name]));

/** An answer as of an LMS that changed: a field of the first item has another type, or is gone. */
export function withBrokenField(value: Json, fault: 'wrong-field' | 'missing-field', field: string | undefined): Json {
  const name = listName(value);
  const items = name === undefined ? [] : (value[name] as Json[]);
  const [first, ...others] = items;
  if (name === undefined || first === undefined)
    return breakField(value, fault, field ?? Object.keys(value)[0] ?? 'items');
  return { ...value, [name]: [breakField(first, fault, field ?? Object.keys(first)[0] ?? 'id'), ...others] };
}

function breakField(item: Json, fault: 'wrong-field' | 'missing-field', field: string): Json {
  if (fault === 'wrong-field') return { ...item, [field]: { changed: true } };
  const { [field]: _gone, ...kept } = item;
  return kept;
}

/** Fields that no contract knows, in the answer and in each item: they may appear at any time and mean nothing. */
export function withUnknownFields(value: Json): Json {
  const name = listName(value);
  const extra = { futureField: { nested: [1, '새 필드'] }, id: 0 };
  if (name === undefined) return { ...extra, ...value };
  return { ...extra, ...value, [name]: (value[name] as Json[]).map((item) => ({ ...extra, ...item })) };
}

/** What a session that died quietly lists: nothing. */
export function emptied(value: Json): Json {
  if ('units' in value) return { ...value, units: [] };
  return 'items' in value ? { items: [], nextCursor: null } : value;
}

/** What a proxy in front of the LMS shows when the LMS behind it is away, under status 200. */
export const HTML_PAGE =
  '<!DOCTYPE html><html><head><title>점검 중</title></head><body><h1>서비스 점검 중입니다</h1></body></html>';
