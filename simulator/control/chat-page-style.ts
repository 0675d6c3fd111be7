/** Looks of the page that shows Chat's messages: as near to Google Chat as a witness needs, in light and dark. */
export const CHAT_PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --page: light-dark(#f2f5fa, #16181c);
  --column: light-dark(#ffffff, #1f2227);
  --card: light-dark(#ffffff, #262a30);
  --line: light-dark(#dfe3ea, #383d45);
  --text: light-dark(#1f2328, #e6e8eb);
  --soft: light-dark(#5b6470, #9aa3ae);
  --accent: light-dark(#1a5fd0, #8ab4f8);
  --warn: light-dark(#a3410a, #ffb184);
  --warn-back: light-dark(#fdeee4, #45291a);
}
* { box-sizing: border-box; }
body {
  margin: 0; height: 100vh; display: flex; flex-direction: column; background: var(--page); color: var(--text);
  font: 14px/1.5 Roboto, "Noto Sans KR", "Noto Sans CJK KR", "Apple SD Gothic Neo", "Malgun Gothic", sans-serif;
}
header { display: flex; flex-wrap: wrap; gap: 8px 24px; align-items: baseline; padding: 14px 20px; }
h1 { font-size: 18px; font-weight: 600; margin: 0; }
header p { margin: 0; color: var(--soft); }
dl { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 0 0 0 auto; }
dl div { display: flex; gap: 6px; align-items: baseline; }
dt { color: var(--soft); }
dd { margin: 0; font-weight: 600; font-variant-numeric: tabular-nums; }
.offline { color: var(--warn); }
main { flex: 1; min-height: 0; display: flex; gap: 14px; padding: 0 20px 20px; overflow-x: auto; }
section {
  flex: 1 0 340px; max-width: 560px; display: flex; flex-direction: column; min-height: 0;
  background: var(--column); border: 1px solid var(--line); border-radius: 14px; overflow: hidden;
}
section > h2 { margin: 0; padding: 12px 16px; font-size: 15px; border-bottom: 1px solid var(--line); display: flex; gap: 8px; }
section > h2 small { color: var(--soft); font-weight: 400; }
section > h2 b { margin-left: auto; font-weight: 600; font-variant-numeric: tabular-nums; }
.feed { flex: 1; overflow-y: auto; padding: 14px 16px; display: flex; flex-direction: column; gap: 18px; }
.empty { color: var(--soft); margin: auto; text-align: center; }
.thread { display: flex; flex-direction: column; gap: 12px; }
.thread > article ~ article { margin-left: 22px; padding-left: 12px; border-left: 2px solid var(--line); }
article { display: grid; grid-template-columns: 32px minmax(0, 1fr); gap: 10px; }
.avatar {
  width: 32px; height: 32px; border-radius: 50%; background: var(--accent); color: var(--column);
  display: grid; place-items: center; font-weight: 700;
}
.by { display: flex; flex-wrap: wrap; gap: 8px; align-items: baseline; }
.by strong { font-weight: 600; }
.by time { color: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; word-break: keep-all; }
.long { max-height: 220px; overflow-y: auto; }
.mention { background: var(--warn-back); color: var(--warn); border-radius: 4px; padding: 0 3px; font-weight: 600; }
a { color: var(--accent); overflow-wrap: anywhere; }
code { background: var(--page); border-radius: 4px; padding: 0 4px; }
.card { margin-top: 6px; background: var(--card); border: 1px solid var(--line); border-radius: 12px; overflow: hidden; }
.card > .head { padding: 12px 16px 8px; }
.card > .head strong { display: block; font-size: 15px; overflow-wrap: anywhere; }
.card > .head span { color: var(--soft); font-size: 13px; }
.part { padding: 10px 16px; border-top: 1px solid var(--line); display: flex; flex-direction: column; gap: 8px; }
.part:first-child { border-top: 0; }
.part > .title { font-weight: 600; font-size: 13px; }
.label { color: var(--soft); font-size: 12px; }
.widget-text { white-space: pre-wrap; overflow-wrap: anywhere; word-break: keep-all; }
.buttons { display: flex; flex-wrap: wrap; gap: 8px; }
.buttons a {
  text-decoration: none; border: 1px solid var(--line); border-radius: 99px; padding: 4px 14px; font-weight: 500;
}
.buttons a:hover { background: var(--page); }
hr { border: 0; border-top: 1px solid var(--line); width: 100%; margin: 0; }
`;
