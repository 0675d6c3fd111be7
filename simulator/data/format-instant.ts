import { pick } from '../random';

const OFFSETS_MINUTES = [540, 540, 540, 540, 0, -300, 330, 765];

/**
 * An instant in one of the LMS's forms. Most have Korea's offset and whole seconds. The others are valid too: another
 * offset, `Z`, or one to three digits of a second's fraction.
 */
export function formatInstant(epochMs: number, random: () => number): string {
  const offsetMinutes = pick(random, OFFSETS_MINUTES);
  const local = new Date(epochMs + offsetMinutes * 60_000).toISOString();
  const fraction = Number(local.slice(20, 23));
  const digits = fraction === 0 ? '' : `.${local.slice(20, 23).replace(/0+$/, '')}`;
  if (offsetMinutes === 0 && random() < 0.5) return `${local.slice(0, 19)}${digits}Z`;
  const absolute = Math.abs(offsetMinutes);
  const hours = String(Math.floor(absolute / 60)).padStart(2, '0');
  const minutes = String(absolute % 60).padStart(2, '0');
  return `${local.slice(0, 19)}${digits}${offsetMinutes < 0 ? '-' : '+'}${hours}:${minutes}`;
}
