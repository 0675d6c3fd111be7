import { pick } from '../random';

const FAMILY_NAMES = ['김', '이', '박', '최', '정', '강', '조', '윤', '장', '임', '한', '오', '남궁', '황보'];
const GIVEN_NAMES = [
  '서연',
  '민준',
  '지우',
  '하은',
  '도윤',
  '예린',
  '시우',
  '수아',
  '건',
  '다온',
  '은별',
  '태양',
  '솔',
];

const SUBJECTS = [
  '자바',
  '스프링 부트',
  '파이썬',
  'SQL',
  '리액트',
  '쿠버네티스',
  '자료구조',
  '네트워크',
  'CI/CD',
  '알고리즘',
];
const TOPICS = [
  '기초',
  '심화',
  '실습',
  '객체지향과 추상화',
  '예외 처리',
  '트랜잭션',
  '동시성',
  '배포 자동화',
  '종합 프로젝트',
];

const QUESTIONS: readonly (readonly [category: string, title: string, content: string])[] = [
  ['출석', '3교시 출석이 인정되지 않았어요', '어제 3교시 강의를 끝까지 봤는데 결석으로 나옵니다. 확인 부탁드립니다.'],
  ['과제', '과제 제출 기한을 연장할 수 있을까요?', '몸이 좋지 않아 병원에 다녀왔습니다. 진단서는 내일 올리겠습니다.'],
  ['강의', '강의 영상이 중간에 멈춥니다', '12분쯤에서 화면이 멈추고 소리만 나옵니다. 크롬을 쓰고 있습니다.'],
  [
    'PBL',
    'PBL 2번 문제의 입력 형식이 궁금합니다',
    '첫 줄에 N이 들어온다고 되어 있는데 예제에는 두 줄입니다. 어느 쪽이 맞나요?',
  ],
  ['환경', 'Docker 설치 중 오류가 납니다', 'WSL2를 켰는데도 "virtualization is not enabled"라고 나옵니다. 😥'],
  ['수료', '수료 기준이 80%가 맞나요?', '지금 진도율이 79%인데 이번 주까지 보면 수료가 되는지 알고 싶습니다.'],
  ['상담', '멘토링 시간을 바꾸고 싶습니다', '화요일 19시에 면접이 잡혔습니다. 수요일로 옮길 수 있을까요?'],
  ['행정', '훈련장려금은 언제 입금되나요?', '지난달분이 아직 들어오지 않았습니다. 계좌는 그대로입니다.'],
  ['강의', '스프링 의존성 주입이 이해되지 않아요', '생성자 주입과 필드 주입의 차이가 무엇이고, 왜 생성자를 권하나요?'],
  ['기타', '자료실의 PDF가 열리지 않습니다', '「4주차 정리.pdf」를 누르면 404가 나옵니다. 다시 올려 주실 수 있나요?'],
];

/** Texts with markup, mentions, links and control characters. An alert has to show them unchanged. */
const AWKWARD: readonly (readonly [title: string, content: string])[] = [
  ['<users/all> 급합니다', '<users/all> <users/123456> @all 모두 봐 주세요'],
  [
    '링크 <https://phishing.example.com|여기를 누르세요>',
    '<https://phishing.example.com|학습 페이지>에서 [확인](https://phishing.example.com)하세요',
  ],
  ['*굵게* _기울임_ ~취소~ `코드`', '```\nrm -rf /\n```\n* 목록\n> 인용'],
  [
    '<b>굵게</b><script>alert(1)</script>',
    '<a href="https://phishing.example.com">눌러요</a> &lt;i&gt; &amp;amp; <br> <font color="#ff0000">빨강</font>',
  ],
  ['이모지 👩‍👩‍👧‍👦🇰🇷😀 합자', '가나다 각 \u200b폭 없는 글자와 \u202e거꾸로 가는 글\u202c'],
  ['따옴표 "겹" \'홑\' \\ 역슬래시', "'); DROP TABLE openeg_entry_tracking; -- \n\t탭과 \u0001제어 문자"],
  ['=HYPERLINK("https://phishing.example.com")', '=1+1\n+82 10 0000 0000\n-1\n@SUM(A1)'],
];

export function studentName(random: () => number): string {
  const name = pick(random, FAMILY_NAMES) + pick(random, GIVEN_NAMES);
  const variation = random();
  if (variation < 0.03) return `${name} 🌱`;
  if (variation < 0.05) return `Alex O'Brien-${name}`;
  if (variation < 0.06) return `<b>${name}</b> & 친구`;
  return name;
}

/** A title of a lecture, task or problem. Some are very long or have special characters. */
export function courseTitle(random: () => number, kind: string): string {
  const title = `[${kind}] ${pick(random, SUBJECTS)} ${pick(random, TOPICS)}`;
  const variation = random();
  if (variation < 0.05) return `${title} — ${'아주 긴 제목이 이어지는 '.repeat(60)}끝`;
  if (variation < 0.1) return `${title} "따옴표" \\역슬래시\\ 😀 <b>&amp;</b>`;
  if (variation < 0.12) return `  ${title}\t(앞뒤 공백) `;
  return `${title} (${1 + Math.floor(random() * 12)}주차)`;
}

/** An ordinary question of a learner. */
export function question(random: () => number): { category: string; title: string; content: string } {
  const [category, title, content] = pick(random, QUESTIONS);
  return { category, title, content };
}

/** A question whose text may break the message that shows it. One of seven is much too long for a message. */
export function awkwardQuestion(random: () => number): { category: string | null; title: string; content: string } {
  const [title, content] = pick(random, AWKWARD);
  const long = random() < 1 / 7;
  return {
    category: random() < 0.3 ? null : '<i>기타</i>',
    title,
    content: long ? `${content}\n`.repeat(2000) : content,
  };
}
