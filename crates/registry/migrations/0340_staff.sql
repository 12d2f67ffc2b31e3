-- What somebody was at a school before what they are now: the employment itself keeps the last of it, from the day after
-- the last stretch here (or its own first day) on.
CREATE TABLE former_position (
  school      {uuid} NOT NULL,
  employment  {uuid} NOT NULL,
  valid_from  {date} NOT NULL,
  valid_to    {date} NOT NULL,
  staff_group {text},
  position    {text},
  contract    {text},
  PRIMARY KEY (school, employment, valid_from),
  FOREIGN KEY (school, employment) REFERENCES employment (school, id)
) {strict_by_key};

-- Somebody works at a school once at a time; at several schools, as many teachers do.
CREATE UNIQUE INDEX employment_open ON employment (school, person) WHERE valid_to IS NULL;
