import { asBlockText } from './chat-text';
import type { OutboxContent } from './chat-message';
import { cutToBytes } from './cut-text';

const MAX_TEXT_BYTES = 8_000;

/** Something needs a person: what happened and what to do. */
export function incidentOpenedMessage(summary: string): OutboxContent {
  return textMessage(`🚨 ${summary}`);
}

/** It is over; the first line of what was said at its start tells which. */
export function incidentClosedMessage(summary: string, lastedMs: number): OutboxContent {
  return textMessage(`✅ 해결됨 (${formatDuration(lastedMs)}): ${summary.split('\n')[0]}`);
}

/** Something to know that has no end, such as a message that was given up. */
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
