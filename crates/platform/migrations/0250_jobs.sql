-- Long work, kept with the data it is about. A job is inserted by the write that wants it done.
CREATE TABLE job (
  id            {uuid} NOT NULL PRIMARY KEY,
  version       {int} NOT NULL DEFAULT 1,
  kind          {text} NOT NULL,
  state         {text} NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
  unit          {uuid},
  account       {uuid},
  -- Encrypted: what is to be done may name people.
  work          {bytes} NOT NULL,
  -- Two jobs of one key never wait at once.
  key           {text} UNIQUE,
  run_at        {instant} NOT NULL,
  attempts      {int} NOT NULL DEFAULT 0,
  done          {int} NOT NULL DEFAULT 0,
  total         {int},
  note          {text},
  answer        {bytes},
  error         {text},
  cancel        {bool} NOT NULL DEFAULT FALSE,
  server        {uuid},
  leased_until  {instant},
  created_at    {instant} NOT NULL,
  ended_at      {instant}
) {strict_by_key};
CREATE INDEX job_due ON job (state, run_at);
CREATE INDEX job_account ON job (account, created_at);

-- Recurring work: when each is due next.
CREATE TABLE job_schedule (
  kind    {text} NOT NULL PRIMARY KEY,
  next_at {instant} NOT NULL
) {strict};
