-- A list of people that somebody asked to take out of the house. Nothing of the list stands here: it is made when it is
-- taken. `fields` are the keys of its columns, `classes` the classes it is cut to, both as JSON. `until` is how long it
-- waits to be decided, then how long it may be taken. Nobody is `asked_by` at the console.
CREATE TABLE export (
  school     {uuid} NOT NULL REFERENCES unit (id),
  id         {uuid} NOT NULL,
  what       {text} NOT NULL,
  purpose    {text} NOT NULL,
  fields     {text} NOT NULL,
  classes    {text},
  people     {int} NOT NULL,
  holds      {text} NOT NULL CHECK (holds IN ('basic', 'protected', 'sensitive')),
  state      {text} NOT NULL CHECK (state IN ('waiting', 'approved', 'refused', 'withdrawn')),
  asked_by   {uuid} REFERENCES account (id),
  asked_name {text} NOT NULL,
  asked_at   {instant} NOT NULL,
  until      {instant} NOT NULL,
  decided_by {uuid} REFERENCES account (id),
  decided_at {instant},
  reason     {text},
  downloads  {int} NOT NULL,
  taken      {int},
  taken_at   {instant},
  version    {int} NOT NULL,
  PRIMARY KEY (school, id),
  CHECK (decided_by <> asked_by)
) {strict_by_key};

-- Which account a relative of a school's pupils signs in with: given and taken by the school.
CREATE TABLE guardian_account (
  school   {uuid} NOT NULL REFERENCES unit (id),
  guardian {uuid} NOT NULL REFERENCES person (id),
  account  {uuid} NOT NULL REFERENCES account (id),
  given_by {text} NOT NULL,
  given_at {instant} NOT NULL,
  PRIMARY KEY (school, guardian)
) {strict_by_key};
CREATE INDEX guardian_account_account ON guardian_account (account);
