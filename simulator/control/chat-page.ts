import { CHAT_PAGE_SCRIPT } from './chat-page-script';
import { CHAT_PAGE_STYLE } from './chat-page-style';

/** The page that shows the messages of every space as they arrive. */
export const CHAT_PAGE = `<!DOCTYPE html>
<html lang="ko">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Google Chat 시뮬레이터</title>
<link rel="icon" href="data:,">
<style>${CHAT_PAGE_STYLE}</style>
</head>
<body>
<header>
<h1>Google Chat 시뮬레이터</h1>
<p id="state" role="status">연결하는 중</p>
<dl>
<div><dt>메시지</dt><dd id="created">0</dd></div>
<div><dt title="같은 requestId로 다시 온 요청">걸러 낸 중복</dt><dd id="duplicates">0</dd></div>
<div><dt title="한 공간에 1초에 한 건이 넘은 요청">429</dt><dd id="rateLimited">0</dd></div>
<div><dt>거절</dt><dd id="refused">0</dd></div>
</dl>
</header>
<main></main>
<script>${CHAT_PAGE_SCRIPT}</script>
</body>
</html>
`;
