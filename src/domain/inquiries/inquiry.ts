/**
 * A question that a learner asked at the LMS. The texts are the learner's own and can hold anything. A text is null where
 * the LMS named none, for example of a deleted account.
 */
export interface Inquiry {
  entryId: string;
  category: string | null;
  title: string | null;
  /** At most 32,000 characters. */
  content: string | null;
  studentId: string | null;
  studentName: string | null;
  createdAt: Date;
  /** Null while nobody has answered. */
  answeredAt: Date | null;
  /** The inquiry's page at the LMS. */
  url: string | null;
}
