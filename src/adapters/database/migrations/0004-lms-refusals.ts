/**
 * The newest refusal of an account, or of an account for one cohort: `sk_id` is empty for the whole account. Holds of whole
 * accounts stand in openeg_lms_accounts; `held_until` here is of one cohort.
 */
export const statements = [
  `CREATE TABLE IF NOT EXISTS openeg_lms_refusals (
    login_id VARCHAR(255) NOT NULL,
    sk_id VARCHAR(50) NOT NULL,
    refused_at DATETIME(3) NOT NULL,
    held_until DATETIME(3) NULL,
    held_reason VARCHAR(500) NULL,
    PRIMARY KEY (login_id, sk_id),
    KEY refused (refused_at)
  ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
];
