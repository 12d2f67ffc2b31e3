-- Each claim draws an id of its own, so that who lost a job and took it up again is not taken for who had it first.
ALTER TABLE job RENAME COLUMN server TO lease;
