import { createHmac } from 'node:crypto';
import { demoLink } from '../../../tools/demo/demo-link';

it('holds a token that the server accepts', () => {
  const link = new URL(
    demoLink({
      baseUrl: 'http://127.0.0.1:8080',
      jwtSecret: 's',
      projectNo: 'SK001',
      memberNo: 'M1',
      expiresAt: new Date('2025-01-20T00:00:00Z'),
    }),
  );
  expect(link.pathname).toBe('/demo');
  const [header, payload, signature] = link.searchParams.get('token')!.split('.');
  expect(JSON.parse(Buffer.from(payload!, 'base64url').toString())).toEqual({ sub: 'M1', exp: 1_737_331_200 });
  expect(signature).toBe(createHmac('sha256', 's').update(`${header}.${payload}`).digest('base64url'));
});
