import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { ServiceError } from '../domain/shared/service-error';

export interface SecretBox {
  /** Encrypts `plain` for one place: a value that is copied to another `account` or `field` can't be opened there. */
  seal(plain: string, account: string, field: string): string;
  /** @throws ServiceError CREDENTIALS_UNREADABLE when the key is another one, or the value was moved or changed */
  open(sealed: string, account: string, field: string): string;
  /** Whether the value was sealed with the current key, not with the old one. */
  isCurrent(sealed: string): boolean;
}

const VERSION = 'v1';

/**
 * AES-256-GCM, with account and field as associated data. A sealed value is `v1.KEYID.IV.TAG.TEXT`, the last three parts
 * in base64url. KEYID is the start of the key's SHA-256, and names the key that opens the value. `oldKey` opens values
 * that were sealed before a rotation.
 */
export function createSecretBox(key: Buffer, oldKey?: Buffer): SecretBox {
  const keys = new Map<string, Buffer>();
  if (oldKey !== undefined) keys.set(keyId(oldKey), oldKey);
  keys.set(keyId(key), key);

  return {
    seal(plain, account, field) {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, iv);
      cipher.setAAD(associatedData(account, field));
      const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return [VERSION, keyId(key), ...[iv, cipher.getAuthTag(), text].map((part) => part.toString('base64url'))].join(
        '.',
      );
    },
    open(sealed, account, field) {
      const [version, id, iv, tag, text] = sealed.split('.');
      const used = keys.get(id ?? '');
      if (version !== VERSION || used === undefined || iv === undefined || tag === undefined || text === undefined) {
        throw unreadable(account, field);
      }
      try {
        const decipher = createDecipheriv('aes-256-gcm', used, Buffer.from(iv, 'base64url'), { authTagLength: 16 });
        decipher.setAAD(associatedData(account, field));
        decipher.setAuthTag(Buffer.from(tag, 'base64url'));
        return Buffer.concat([decipher.update(Buffer.from(text, 'base64url')), decipher.final()]).toString('utf8');
      } catch {
        throw unreadable(account, field);
      }
    },
    isCurrent: (sealed) => sealed.split('.')[1] === keyId(key),
  };
}

function keyId(key: Buffer): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 8);
}

function associatedData(account: string, field: string): Buffer {
  return Buffer.from(`${account}\n${field}`, 'utf8');
}

function unreadable(account: string, field: string): ServiceError {
  return new ServiceError(
    'CREDENTIALS_UNREADABLE',
    `${field} of ${account} can't be decrypted: OPENEG_CREDENTIALS_KEY is not the one that it was stored with. Set that key, or import the account again.`,
  );
}
