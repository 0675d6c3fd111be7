import { pageParameters } from '../../../web/lecture-page/page-parameters';

describe("The page's address", () => {
  const token = (claims: object): string => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;
  const address = (changes: Record<string, string>): string =>
    `https://lms.example.com/x/demo/watch?${new URLSearchParams({
      project: 'P',
      edu: 'E',
      chasi: 'C',
      token: token({ sub: '회원 1' }),
      src: 'clip.mp4',
      ...changes,
    })}`;

  test('names the lesson, the member and the video', () => {
    expect(pageParameters(address({}))).toMatchObject({
      lesson: { projectNo: 'P', eduNo: 'E', chasiNo: 'C', memberNo: '회원 1' },
      videoUrl: 'https://lms.example.com/x/demo/clip.mp4',
    });
    expect(pageParameters(address({ src: '/v/a.mp4' }))?.videoUrl).toBe('https://lms.example.com/v/a.mp4');
    expect(pageParameters(address({ src: 'http://cdn.example.com/a' }))?.videoUrl).toBe('http://cdn.example.com/a');
    expect(pageParameters(address({ token: token({ sub: 17 }) }))?.lesson.memberNo).toBe('17');
  });

  test.each<Record<string, string>>([
    { project: '' },
    { src: '' },
    { src: 'javascript:alert(1)' },
    { src: 'data:video/mp4,x' },
    { src: 'http://' },
    { token: '' },
    { token: 'a.b' },
    { token: 'e30.e30.x' },
  ])('is refused with %j', (changes) => {
    expect(pageParameters(address(changes))).toBeUndefined();
  });
});
