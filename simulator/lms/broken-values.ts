type Json = Record<string, unknown>;

/** The list of items within an answer, where there is one. */
const listName = (value: Json) => ['items', 'units'].find((name) => Array.isArray(value[name]));

/** The answer of an LMS that changed: a field of the first item has another type, or is gone. */
export function withBrokenField(value: Json, fault: 'wrong-field' | 'missing-field', field: string | undefined): Json {
  const name = listName(value);
  const items = name === undefined ? [] : (value[name] as Json[]);
  const [first, ...others] = items;
  if (name === undefined || first === undefined) {
    return breakField(value, fault, field ?? Object.keys(value)[0] ?? 'items');
  }
  return { ...value, [name]: [breakField(first, fault, field ?? Object.keys(first)[0] ?? 'id'), ...others] };
}

function breakField(item: Json, fault: 'wrong-field' | 'missing-field', field: string): Json {
  if (fault === 'wrong-field') return { ...item, [field]: { changed: true } };
  const { [field]: _gone, ...kept } = item;
  return kept;
}

/** Adds fields that no contract knows to the answer and to each item. A client has to ignore them. */
export function withUnknownFields(value: Json): Json {
  const name = listName(value);
  const extra = { futureField: { nested: [1, '새 필드'] }, id: 0 };
  if (name === undefined) return { ...extra, ...value };
  return { ...extra, ...value, [name]: (value[name] as Json[]).map((item) => ({ ...extra, ...item })) };
}

/** The answer of a dead session: the same shape, and no item. */
export function emptied(value: Json): Json {
  if ('units' in value) return { ...value, units: [] };
  return 'items' in value ? { items: [], nextCursor: null } : value;
}

/** The page that a proxy shows with status 200 while the LMS behind it is away. */
export const HTML_PAGE =
  '<!DOCTYPE html><html><head><title>점검 중</title></head><body><h1>서비스 점검 중입니다</h1></body></html>';
