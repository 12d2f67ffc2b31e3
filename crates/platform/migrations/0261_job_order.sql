-- The newest first, as the screen of background jobs asks every second or two: without it each page reads and sorts them
-- all, every mail of a month among them.
CREATE INDEX job_order ON job (created_at, id);
