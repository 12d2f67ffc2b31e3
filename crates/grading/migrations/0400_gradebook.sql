-- The gradebook of one subject in one class and semester. There is one from the first mark on.
CREATE TABLE gradebook (
  school   {uuid} NOT NULL,
  id       {uuid} NOT NULL,
  class    {uuid} NOT NULL,
  subject  {text} NOT NULL,
  semester {int} NOT NULL,
  state    {text} NOT NULL,
  version  {int} NOT NULL,
  PRIMARY KEY (school, id),
  FOREIGN KEY (school, class) REFERENCES class (school, id)
) {strict_by_key};
CREATE UNIQUE INDEX gradebook_of ON gradebook (school, class, subject, semester);

-- What stands in the row of a pupil: all cells of it in one text. A row a mark would be six times as many rows, each with a
-- key longer than what it holds: for a million pupils 156 million instead of 26.
CREATE TABLE mark (
  school    {uuid} NOT NULL,
  gradebook {uuid} NOT NULL,
  pupil     {uuid} NOT NULL,
  cells     {text} NOT NULL,
  PRIMARY KEY (school, gradebook, pupil),
  FOREIGN KEY (school, gradebook) REFERENCES gradebook (school, id),
  FOREIGN KEY (school, pupil) REFERENCES enrolment (school, id)
) {strict_by_key};
CREATE INDEX mark_pupil ON mark (school, pupil);
