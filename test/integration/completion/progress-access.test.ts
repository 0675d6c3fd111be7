import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import {
  JWT_SECRET,
  saveOf,
  startTestServer,
  tokenFor,
  type ErrorBody,
  type Lesson,
  type TestServer,
} from '../../support/http-server';

const ORIGIN = 'https://lms.example.com';
const LENGTH_MS = 1_200_000;

let server: TestServer;
let members = 0;

beforeAll(async () => {
  server = await startTestServer({ allowedOrigins: [ORIGIN] });
});
afterAll(() => server?.close());

function newLesson(): Lesson {
  members += 1;
  return { projectNo: 'SK001', eduNo: 'E1', chasiNo: 'L1', memberNo: `A${members}` };
}

const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token with any header and signature. */
function forge(header: object, claims: object, signature: (content: string) => string): string {
  const content = `${base64url(header)}.${base64url(claims)}`;
  return `${content}.${signature(content)}`;
}

const hs256 = (content: string) => createHmac('sha256', JWT_SECRET).update(content).digest('base64url');

describe('a token', () => {
  const now = Math.floor(Date.now() / 1000);
  const soon = now + 3_600;
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

  it.each([
    ['of another form', () => 'not.a.token'],
    [
      'signed with another secret',
      () => forge({ alg: 'HS256' }, { sub: 'X' }, (c) => createHmac('sha256', 'other').update(c).digest('base64url')),
    ],
    ['without a signature', () => forge({ alg: 'none' }, { sub: 'X' }, () => '')],
    ['that says none and is signed', () => forge({ alg: 'none' }, { sub: 'X' }, hs256)],
    [
      'signed with RS256',
      () =>
        forge({ alg: 'RS256' }, { sub: 'X' }, (c) => sign('sha256', Buffer.from(c), privateKey).toString('base64url')),
    ],
    [
      'signed with HS512',
      () =>
        forge({ alg: 'HS512' }, { sub: 'X' }, (c) => createHmac('sha512', JWT_SECRET).update(c).digest('base64url')),
    ],
    ['that is expired', () => forge({ alg: 'HS256' }, { sub: 'X', exp: now - 1 }, hs256)],
    ['that is not valid yet', () => forge({ alg: 'HS256' }, { sub: 'X', nbf: soon }, hs256)],
    ['without a member', () => forge({ alg: 'HS256' }, { exp: soon }, hs256)],
    ['whose member is no text', () => forge({ alg: 'HS256' }, { sub: { $ne: '' } }, hs256)],
  ])('%s is refused', async (_name, token) => {
    const answer = await server.get({ ...newLesson(), memberNo: 'X' }, token());
    expect(answer).toMatchObject({ status: 401, body: { code: 'TOKEN_INVALID' } });
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
  });

  it('is taken until it expires', async () => {
    const lesson = newLesson();
    const token = forge({ alg: 'HS256', typ: 'JWT' }, { sub: lesson.memberNo, exp: soon }, hs256);
    expect((await server.get(lesson, token)).status).toBe(200);
  });

  it('is needed for every call', async () => {
    for (const [method, path] of [
      ['GET', '/api/progress/SK001/E1/L1/A1'],
      ['POST', '/api/progress'],
      ['POST', '/api/progress/complete'],
    ]) {
      const response = await fetch(`${server.url}${path}`, { method: method! });
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ code: 'TOKEN_MISSING' });
    }
  });

  it("opens nobody else's lessons", async () => {
    const lesson = newLesson();
    const token = tokenFor('another member');
    expect(await server.get(lesson, token)).toMatchObject({ status: 403, body: { code: 'OTHER_MEMBER' } });
    for (const path of ['/api/progress', '/api/progress/complete']) {
      expect((await server.post(path, saveOf(lesson, 50_000, [[0, 50_000]]), token)).status).toBe(403);
    }
    expect((await server.get(lesson)).body.completionVideoTime).toBe(0);
  });
});

describe('a body', () => {
  const post = (lesson: Lesson, body: unknown) =>
    server.post<ErrorBody>('/api/progress', body, tokenFor(lesson.memberNo));
  const fieldsOf = (body: ErrorBody) => (body.details as { field: string }[]).map(({ field }) => field);

  it('that is wrong is answered with every wrong field', async () => {
    const lesson = newLesson();
    const wrong = {
      projectNo: 'has space',
      eduNo: '',
      chasiNo: 1.5,
      memberNo: lesson.memberNo,
      totalVideoTime: 0,
      currentVideoTime: -1,
      completionVideoTime: 0.5,
      saveId: 'not-a-uuid',
      playbackRate: 0,
      segments: [[10, 5], [0], 'x'],
    };
    const { status, body } = await post(lesson, wrong);
    expect(status).toBe(400);
    expect(body.code).toBe('BODY_INVALID');
    expect(fieldsOf(body)).toEqual([
      'projectNo',
      'eduNo',
      'chasiNo',
      'totalVideoTime',
      'currentVideoTime',
      'completionVideoTime',
      'saveId',
      'playbackRate',
      'segments.0',
      'segments.1',
      'segments.2',
    ]);
    for (const field of fieldsOf(body)) expect(body.message).toContain(field);
    expect(body.message).not.toContain('not-a-uuid');
  });

  it('that lacks fields is answered with each of them', async () => {
    const { body } = await post(newLesson(), {});
    expect(fieldsOf(body)).toEqual([
      'projectNo',
      'eduNo',
      'chasiNo',
      'memberNo',
      'totalVideoTime',
      'currentVideoTime',
      'completionVideoTime',
      'saveId',
    ]);
  });

  it.each([
    ['{', 'application/json', 400, 'BODY_INVALID'],
    ['', 'application/json', 400, 'BODY_INVALID'],
    ['[]', 'application/json', 400, 'BODY_INVALID'],
    ['null', 'application/json', 400, 'BODY_INVALID'],
    ['{"__proto__": {"memberNo": "X"}}', 'application/json', 400, 'BODY_INVALID'],
    ['a=1', 'application/x-www-form-urlencoded', 415, 'MEDIA_TYPE_UNSUPPORTED'],
    [`{"x": "${'x'.repeat(65_536)}"}`, 'application/json', 413, 'BODY_TOO_LARGE'],
  ])('%.10s as %s is %i', async (body, type, status, code) => {
    const headers = { authorization: `Bearer ${tokenFor(newLesson().memberNo)}`, 'content-type': type };
    const response = await fetch(`${server.url}/api/progress`, { method: 'POST', headers, body });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code, message: expect.any(String) });
  });

  it('refuses or separates identifiers that a database could take for equal', async () => {
    const lesson = newLesson();
    for (const eduNo of ['E1 ', ' E1', 'E\u0000', '\ud800']) {
      expect((await post(lesson, saveOf(lesson, LENGTH_MS, [[0, 1_000]], { eduNo }))).status).toBe(400);
    }
    await post(lesson, saveOf({ ...lesson, eduNo: 'e1' }, LENGTH_MS, [[0, 1_000]]));
    expect((await server.get(lesson)).body.completionVideoTime).toBe(0);
    const path = `SK001/${encodeURIComponent('E1 ')}/L1/${lesson.memberNo}`;
    const headers = { authorization: `Bearer ${tokenFor(lesson.memberNo)}` };
    const response = await fetch(`${server.url}/api/progress/${path}`, { headers });
    expect(await response.json()).toMatchObject({ code: 'PATH_INVALID' });
  });
});

describe('calls of one member', () => {
  it('are accepted in bursts of 30 and refused in floods, and no other member waits', async () => {
    const lesson = newLesson();
    const flood = await Promise.all(Array.from({ length: 200 }, () => server.get(lesson)));
    const taken = flood.filter(({ status }) => status === 200).length;
    const refused = flood.filter(({ status }) => status === 429);
    expect(taken).toBeGreaterThanOrEqual(30);
    expect(refused.length).toBe(200 - taken);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]).toMatchObject({ body: { code: 'TOO_MANY_CALLS' } });
    expect(Number(refused[0]!.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect((await server.get(newLesson())).status).toBe(200);
  });
});

describe('a page of another origin', () => {
  const preflight = (origin: string) =>
    fetch(`${server.url}/api/progress`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });

  it('may call when it is listed', async () => {
    const { status, headers } = await preflight(ORIGIN);
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(headers.get('access-control-allow-headers')).toMatch(/authorization/i);
    expect(headers.get('access-control-max-age')).toBe('600');
    const refused = await fetch(`${server.url}/api/progress`, { method: 'POST', headers: { origin: ORIGIN } });
    expect(refused.status).toBe(401);
    expect(refused.headers.get('access-control-allow-origin')).toBe(ORIGIN);
  });

  it('may not when it is not', async () => {
    expect((await preflight('https://other.example.com')).headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('everything else', () => {
  it('is answered 404 in the same form, with security headers', async () => {
    const response = await fetch(`${server.url}/nowhere?token=secret`);
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ code: 'NOT_FOUND', message: expect.any(String) });
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(response.headers.get('x-powered-by')).toBeNull();
  });

  it('describes the API from the schemas that validate it', async () => {
    const document = (await (await fetch(`${server.url}/api/openapi.json`)).json()) as {
      openapi: string;
      paths: Record<string, Record<string, { requestBody?: unknown; responses: Record<string, unknown> }>>;
    };
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths).sort()).toEqual([
      '/api/progress',
      '/api/progress/complete',
      '/api/progress/{projectNo}/{eduNo}/{chasiNo}/{memberNo}',
    ]);
    const body = JSON.stringify(document.paths['/api/progress/complete']!.post!.requestBody);
    for (const field of ['projectNo', 'saveId', 'segments', 'playbackRate']) expect(body).toContain(`"${field}"`);
    expect(await (await fetch(`${server.url}/api/docs/json`)).json()).toEqual(document);
  });

  it.each(['/', '/api', '/api/', '/api/docs', '/api/docs/'])('%s leads to the page of the API', async (path) => {
    const page = await fetch(`${server.url}${path}`);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('content-security-policy')).toContain(
      "default-src 'none'; script-src 'self'; style-src 'self'",
    );
    const files = [...(await page.text()).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file!);
    expect(files.filter((file) => file.endsWith('.js'))).not.toEqual([]);
    for (const file of files) {
      const answer = await fetch(new URL(file, page.url));
      expect(answer.status).toBe(200);
      await answer.arrayBuffer();
    }
  });
});
