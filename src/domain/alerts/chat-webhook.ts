import { hasInvisibleCharacter } from '../shared/invisible-characters';

/** Whether the address can be an incoming webhook of Google Chat: `…/spaces/SPACE/messages?key=KEY&token=TOKEN` (contract section 8). */
export function isChatWebhook(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, pathname, searchParams } = new URL(address);
  const secrets = [searchParams.get('key'), searchParams.get('token')];
  return (
    (protocol === 'https:' || protocol === 'http:') &&
    /\/spaces\/[^/]+\/messages$/.test(pathname) &&
    secrets.every((secret) => secret !== null && secret !== '' && !/\s/.test(secret) && !hasInvisibleCharacter(secret))
  );
}
