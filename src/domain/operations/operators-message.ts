import type { OutboxContent } from '../alerts/chat-message';
import { asBlockText } from '../alerts/chat-text';
import { cutToBytes } from '../alerts/cut-text';

const MAX_TEXT_BYTES = 8_000;

/** The message for an incident that opens. */
export function incidentOpenedMessage(summary: string): OutboxContent {
  return textMessage(`🚨 ${summary}`);
}

/** The message for an incident that closes. It repeats the first line of the summary. */
export function incidentClosedMessage(summary: string, lastedMs: number): OutboxContent {
  return textMessage(`✅ 해결됨 (${formatDuration(lastedMs)}): ${summary.split('\n')[0]}`);
}

/** The message for a single event, or the last one about an incident that did not end well. */
export function noticeMessage(summary: string): OutboxContent {
  return textMessage(`⚠️ ${summary}`);
}

function textMessage(text: string): OutboxContent {
  const message = { text: cutToBytes(asBlockText(text), MAX_TEXT_BYTES) };
  return { rich: message, plain: message };
}

function formatDuration(durationMs: number): string {
  const minutes = Math.max(1, Math.round(durationMs / 60_000));
  if (minutes < 60) return `${minutes}분`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${hours}시간` : `${hours}시간 ${minutes % 60}분`;
}
