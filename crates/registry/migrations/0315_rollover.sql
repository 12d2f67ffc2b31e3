-- A school's step from one school year to the next, and everything it changed, so that it can be taken back exactly.
CREATE TABLE rollover (
  school    {uuid} NOT NULL REFERENCES unit (id),
  id        {uuid} NOT NULL,
  from_year {int} NOT NULL,
  day       {date} NOT NULL,
  state     {text} NOT NULL CHECK (state IN ('done', 'undone')),
  done_at   {instant} NOT NULL,
  undone_at {instant},
  version   {int} NOT NULL,
  PRIMARY KEY (school, id)
) {strict_by_key};
-- A year is left once.
CREATE UNIQUE INDEX rollover_done ON rollover (school, from_year) WHERE state = 'done';

-- One row it made or changed. `other` and `day` complete the key of the row, `was` is what stood there before.
CREATE TABLE rollover_row (
  school   {uuid} NOT NULL,
  rollover {uuid} NOT NULL,
  kind     {text} NOT NULL CHECK (kind IN ('class', 'member', 'homeroom', 'subject', 'member_ended', 'homeroom_ended',
                                           'teaching_ended', 'finished', 'person_unit_ended')),
  record   {uuid} NOT NULL,
  other    {uuid} NOT NULL,
  day      {date} NOT NULL,
  was      {text},
  version  {int},
  PRIMARY KEY (school, rollover, kind, record, other, day),
  FOREIGN KEY (school, rollover) REFERENCES rollover (school, id)
) {strict_by_key};
