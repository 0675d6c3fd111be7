import { ServiceError } from '../../../domain/shared/service-error';

/**
 * The path of something at the LMS, each segment encoded.
 * @throws ServiceError LMS_BAD_PAGE for an id that no URL can carry: only the LMS itself can have named it
 */
export function lmsPath(...segments: string[]): string {
  return `/api/v1/${segments.map(encodeSegment).join('/')}`;
}

function encodeSegment(text: string): string {
  // A URL may be normalized on its way, and then these two name another place.
  if (text !== '' && text !== '.' && text !== '..') {
    try {
      return encodeURIComponent(text);
    } catch {
      // Half of a surrogate pair.
    }
  }
  throw new ServiceError('LMS_BAD_PAGE', 'The LMS named an id that cannot stand in a URL. Ask its operators about it.');
}
