-- Two records that may be of one human being: what a steward is asked, and what was answered. `one` is the lesser id. A
-- person who was merged keeps their row and everything that points to it: `person.merged_into` leads to the one that stays.
CREATE TABLE duplicate (
  id         {uuid} NOT NULL PRIMARY KEY,
  one        {uuid} NOT NULL REFERENCES person (id),
  other      {uuid} NOT NULL REFERENCES person (id),
  score      {int} NOT NULL,
  reasons    {text} NOT NULL,
  state      {text} NOT NULL CHECK (state IN ('open', 'same', 'different')),
  kept       {uuid} REFERENCES person (id),
  found_at   {instant} NOT NULL,
  decided_at {instant},
  decided_by {uuid} REFERENCES account (id),
  version    {int} NOT NULL,
  CHECK (one < other),
  CHECK ((state = 'same') = (kept IS NOT NULL))
) {strict};
CREATE UNIQUE INDEX duplicate_pair ON duplicate (one, other);
CREATE INDEX duplicate_other ON duplicate (other);
CREATE INDEX duplicate_kept ON duplicate (kept) WHERE kept IS NOT NULL;
CREATE INDEX duplicate_state ON duplicate (state, score);
