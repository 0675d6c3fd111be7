/** A question that a learner asked at the LMS. The texts are the learner's own and can hold anything. */
export interface Inquiry {
  entryId: string;
  category: string | null;
  title: string;
  content: string;
  studentId: string;
  studentName: string;
  createdAt: Date;
  /** Null while nobody has answered. */
  answeredAt: Date | null;
  /** The inquiry's page at the LMS. */
  url: string | null;
}
