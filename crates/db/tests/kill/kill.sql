CREATE TABLE kill_note (
  id    {uuid} NOT NULL PRIMARY KEY,
  task  {int} NOT NULL,
  n     {int} NOT NULL,
  lines {int} NOT NULL,
  UNIQUE (task, n)
) {strict};
CREATE TABLE kill_line (
  note {uuid} NOT NULL REFERENCES kill_note (id),
  i    {int} NOT NULL,
  PRIMARY KEY (note, i)
) {strict_by_key};
