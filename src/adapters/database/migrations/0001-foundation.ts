const OPTIONS = 'ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin';

/** Accounts, inquiries, collection, alerts, the LMS lease. Names and columns: contract section 5. */
export const statements = [
  `CREATE TABLE IF NOT EXISTS openeg_gather_town_info (
    sk_id VARCHAR(50) NOT NULL PRIMARY KEY,
    cohort_name VARCHAR(255) NOT NULL,
    login_id VARCHAR(255) NOT NULL,
    login_secret TEXT NOT NULL,
    chat_webhook_url TEXT NULL,
    active TINYINT(1) NOT NULL DEFAULT 1
  ) ${OPTIONS}`,

  // open_attempts: log-ins since the last success that the LMS may have counted as wrong. proven_at: the password has been
  // right since it was imported. held_until, held_reason: until when and why the account is left alone.
  `CREATE TABLE IF NOT EXISTS openeg_lms_accounts (
    login_id VARCHAR(255) NOT NULL PRIMARY KEY,
    open_attempts INT NOT NULL DEFAULT 0,
    attempted_at DATETIME(3) NULL,
    proven_at DATETIME(3) NULL,
    held_until DATETIME(3) NULL,
    held_reason VARCHAR(500) NULL
  ) ${OPTIONS}`,

  `CREATE TABLE IF NOT EXISTS openeg_inquiry_checks (
    sk_id VARCHAR(50) NOT NULL PRIMARY KEY,
    begins_at DATETIME(3) NOT NULL,
    checked_at DATETIME(3) NULL,
    looked_back_at DATETIME(3) NULL,
    succeeded_at DATETIME(3) NULL,
    failing_since DATETIME(3) NULL,
    failure_code VARCHAR(50) NULL,
    failure_message VARCHAR(500) NULL
  ) ${OPTIONS}`,

  `CREATE TABLE IF NOT EXISTS openeg_entry_tracking (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    entry_hash CHAR(64) NOT NULL,
    sk_id VARCHAR(50) NOT NULL,
    entry_id VARCHAR(100) NOT NULL,
    created_at DATETIME(3) NOT NULL,
    detected_at DATETIME(3) NOT NULL,
    processed_at DATETIME(3) NULL,
    late TINYINT(1) NOT NULL DEFAULT 0,
    UNIQUE KEY entry_hash (entry_hash),
    KEY sk_entry (sk_id, entry_id),
    KEY detected (detected_at)
  ) ${OPTIONS}`,

  // Messages for Google Chat. content is erased once Chat took it.
  `CREATE TABLE IF NOT EXISTS openeg_chat_outbox (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    request_id VARCHAR(100) NOT NULL,
    kind VARCHAR(20) NOT NULL,
    sk_id VARCHAR(50) NULL,
    thread_key VARCHAR(100) NOT NULL,
    content MEDIUMTEXT NULL,
    state VARCHAR(10) NOT NULL DEFAULT 'waiting',
    plain TINYINT(1) NOT NULL DEFAULT 0,
    created_at DATETIME(3) NOT NULL,
    sent_at DATETIME(3) NULL,
    failure VARCHAR(500) NULL,
    UNIQUE KEY request_id (request_id),
    KEY state_id (state, id)
  ) ${OPTIONS}`,

  // is_open is 1 or NULL: the unique key allows one open incident for each incident_key, and any number of closed ones.
  `CREATE TABLE IF NOT EXISTS openeg_incidents (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    incident_key VARCHAR(190) NOT NULL,
    is_open TINYINT(1) NULL DEFAULT 1,
    summary VARCHAR(1000) NOT NULL,
    opened_at DATETIME(3) NOT NULL,
    closed_at DATETIME(3) NULL,
    UNIQUE KEY open_incident (incident_key, is_open),
    KEY opened (opened_at)
  ) ${OPTIONS}`,

  `CREATE TABLE IF NOT EXISTS openeg_leases (
    name VARCHAR(50) NOT NULL PRIMARY KEY,
    holder VARCHAR(100) NOT NULL,
    expires_at DATETIME(3) NOT NULL,
    quiet_at DATETIME(3) NOT NULL
  ) ${OPTIONS}`,

  // Facts about the service that outlive a process: the last tick, whether the inquiry check shall run.
  `CREATE TABLE IF NOT EXISTS openeg_service_state (
    name VARCHAR(50) NOT NULL PRIMARY KEY,
    value TEXT NOT NULL,
    updated_at DATETIME(3) NOT NULL
  ) ${OPTIONS}`,

  `CREATE TABLE IF NOT EXISTS openeg_vod_logs (
    sk_id VARCHAR(50) NOT NULL,
    student_id VARCHAR(50) NOT NULL,
    log_date DATE NOT NULL,
    period TINYINT NOT NULL,
    student_name TEXT NOT NULL,
    lecture_id VARCHAR(50) NULL,
    lecture_title MEDIUMTEXT NULL,
    duration_seconds INT NOT NULL,
    watched_seconds INT NOT NULL,
    attended TINYINT(1) NOT NULL,
    first_played_at DATETIME(3) NULL,
    last_played_at DATETIME(3) NULL,
    PRIMARY KEY (sk_id, student_id, log_date, period),
    KEY cohort_date (sk_id, log_date)
  ) ${OPTIONS}`,

  `CREATE TABLE IF NOT EXISTS openeg_tasks (
    sk_id VARCHAR(50) NOT NULL,
    task_id VARCHAR(50) NOT NULL,
    title MEDIUMTEXT NOT NULL,
    submission_type VARCHAR(20) NOT NULL,
    opens_at DATETIME(3) NULL,
    due_at DATETIME(3) NULL,
    PRIMARY KEY (sk_id, task_id)
  ) ${OPTIONS}`,

  `CREATE TABLE IF NOT EXISTS openeg_task_submissions (
    sk_id VARCHAR(50) NOT NULL,
    task_id VARCHAR(50) NOT NULL,
    student_id VARCHAR(191) NOT NULL,
    submission_id TEXT NULL,
    status VARCHAR(20) NOT NULL,
    submitted_at DATETIME(3) NULL,
    PRIMARY KEY (sk_id, task_id, student_id)
  ) ${OPTIONS}`,

  `CREATE TABLE IF NOT EXISTS openeg_pbl_problems (
    sk_id VARCHAR(50) NOT NULL,
    problem_id VARCHAR(50) NOT NULL,
    title MEDIUMTEXT NOT NULL,
    max_score DOUBLE NOT NULL,
    unit_id TEXT NULL,
    due_at DATETIME(3) NULL,
    PRIMARY KEY (sk_id, problem_id)
  ) ${OPTIONS}`,

  `CREATE TABLE IF NOT EXISTS openeg_pbl_submissions (
    sk_id VARCHAR(50) NOT NULL,
    problem_id VARCHAR(50) NOT NULL,
    student_id VARCHAR(191) NOT NULL,
    submission_id TEXT NULL,
    status VARCHAR(20) NOT NULL,
    score DOUBLE NULL,
    submitted_at DATETIME(3) NULL,
    PRIMARY KEY (sk_id, problem_id, student_id)
  ) ${OPTIONS}`,

  `CREATE TABLE IF NOT EXISTS openeg_roadmap_units (
    sk_id VARCHAR(50) NOT NULL,
    unit_id VARCHAR(50) NOT NULL,
    title MEDIUMTEXT NOT NULL,
    position INT NOT NULL,
    progress_rate DOUBLE NULL,
    PRIMARY KEY (sk_id, unit_id)
  ) ${OPTIONS}`,

  `CREATE TABLE IF NOT EXISTS openeg_roadmap_lessons (
    sk_id VARCHAR(50) NOT NULL,
    lesson_id VARCHAR(50) NOT NULL,
    unit_id VARCHAR(50) NOT NULL,
    title MEDIUMTEXT NOT NULL,
    position INT NOT NULL,
    duration_seconds INT NULL,
    progress_rate DOUBLE NULL,
    PRIMARY KEY (sk_id, lesson_id)
  ) ${OPTIONS}`,

  `CREATE TABLE IF NOT EXISTS openeg_collection_runs (
    sk_id VARCHAR(50) NOT NULL,
    collection_date DATE NOT NULL,
    data_type VARCHAR(20) NOT NULL,
    status VARCHAR(10) NOT NULL,
    stored_at DATETIME(3) NULL,
    row_count INT NULL,
    started_at DATETIME(3) NOT NULL,
    finished_at DATETIME(3) NULL,
    error VARCHAR(500) NULL,
    workflow_id VARCHAR(255) NOT NULL,
    PRIMARY KEY (sk_id, collection_date, data_type),
    KEY collection_date (collection_date)
  ) ${OPTIONS}`,

  // When the stored data was read, so that an older reading never overwrites a newer one. Data types without a date have
  // the log_date 1970-01-01.
  `CREATE TABLE IF NOT EXISTS openeg_dataset_readings (
    sk_id VARCHAR(50) NOT NULL,
    data_type VARCHAR(20) NOT NULL,
    log_date DATE NOT NULL,
    read_at DATETIME(3) NOT NULL,
    stored_at DATETIME(3) NOT NULL,
    row_count INT NOT NULL,
    PRIMARY KEY (sk_id, data_type, log_date)
  ) ${OPTIONS}`,

  `CREATE TABLE IF NOT EXISTS openeg_statistics_triggers (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    trigger_key CHAR(64) NOT NULL,
    target_date DATE NOT NULL,
    sk_ids MEDIUMTEXT NOT NULL,
    data_types VARCHAR(100) NOT NULL,
    state VARCHAR(10) NOT NULL,
    created_at DATETIME(3) NOT NULL,
    sent_at DATETIME(3) NULL,
    error VARCHAR(500) NULL,
    UNIQUE KEY trigger_key (trigger_key),
    KEY target_date (target_date)
  ) ${OPTIONS}`,
];
