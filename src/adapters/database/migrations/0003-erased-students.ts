/** Students whose collected rows were erased on request; later collections leave them out. */
export const statements = [
  `CREATE TABLE IF NOT EXISTS openeg_erased_students (
    sk_id VARCHAR(50) NOT NULL,
    student_id VARCHAR(191) NOT NULL,
    erased_at DATETIME(3) NOT NULL,
    PRIMARY KEY (sk_id, student_id)
  ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
];
