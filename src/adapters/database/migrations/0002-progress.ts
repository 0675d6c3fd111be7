const OPTIONS = 'ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin';

/** Lecture completion (contract sections 5 and 7). Columns that end in _ms and _video_time are milliseconds. */
export const statements = [
  // A member over all lessons. Every save locks this row first, so a member's calls are decided one after another.
  `CREATE TABLE IF NOT EXISTS openeg_progress_members (
    member_no VARCHAR(100) NOT NULL PRIMARY KEY,
    clock_ms BIGINT NULL,
    last_call_at DATETIME(3) NULL,
    credited_ms BIGINT NOT NULL DEFAULT 0
  ) ${OPTIONS}`,

  // watched: JSON [[from, to], …], sorted and disjoint. refusals: JSON [[atMs, milliseconds, reason], …], the newest last.
  `CREATE TABLE IF NOT EXISTS openeg_video_progress (
    member_no VARCHAR(100) NOT NULL,
    edu_no VARCHAR(100) NOT NULL,
    chasi_no VARCHAR(50) NOT NULL,
    project_no VARCHAR(50) NOT NULL,
    completion_video_time BIGINT NOT NULL DEFAULT 0,
    total_video_time BIGINT NULL,
    progress_rate DOUBLE NOT NULL DEFAULT 0,
    completed TINYINT(1) NOT NULL DEFAULT 0,
    completed_at DATETIME(3) NULL,
    watched TEXT NOT NULL,
    refusals TEXT NULL,
    clock_ms BIGINT NULL,
    last_call_at DATETIME(3) NULL,
    PRIMARY KEY (member_no, edu_no, chasi_no, project_no)
  ) ${OPTIONS}`,

  // Idempotency keys, and for the record what each save claimed and was credited.
  `CREATE TABLE IF NOT EXISTS openeg_progress_saves (
    member_no VARCHAR(100) NOT NULL,
    save_id BINARY(16) NOT NULL,
    body_digest BINARY(32) NOT NULL,
    saved_at DATETIME(3) NOT NULL,
    claimed_ms BIGINT NOT NULL,
    credited_ms BIGINT NOT NULL,
    playback_rate DOUBLE NOT NULL,
    PRIMARY KEY (member_no, save_id),
    KEY saved (saved_at)
  ) ${OPTIONS}`,

  // report_started_at: when Temporal last confirmed that the report's workflow runs.
  `CREATE TABLE IF NOT EXISTS openeg_video_completions (
    completion_id CHAR(36) NOT NULL PRIMARY KEY,
    member_no VARCHAR(100) NOT NULL,
    edu_no VARCHAR(100) NOT NULL,
    chasi_no VARCHAR(50) NOT NULL,
    project_no VARCHAR(50) NOT NULL,
    progress_rate DOUBLE NOT NULL,
    completed_at DATETIME(3) NOT NULL,
    report_started_at DATETIME(3) NULL,
    reported_at DATETIME(3) NULL,
    UNIQUE KEY lesson_of_member (member_no, edu_no, chasi_no, project_no),
    KEY waiting (reported_at, report_started_at)
  ) ${OPTIONS}`,
];
