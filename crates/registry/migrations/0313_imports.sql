-- A workbook that a school imports. What it says stands in one encrypted file and never in a table: the pupils of a
-- workbook are nobody's until it is applied.
CREATE TABLE import (
  school     {uuid} NOT NULL REFERENCES unit (id),
  id         {uuid} NOT NULL,
  state      {text} NOT NULL CHECK (state IN ('ready', 'applying', 'done', 'failed')),
  file       {uuid} NOT NULL REFERENCES file (id),
  fresh      {int} NOT NULL,
  changed    {int} NOT NULL,
  same       {int} NOT NULL,
  doubtful   {int} NOT NULL,
  refused    {int} NOT NULL,
  problem    {text},
  job        {uuid},
  made_by    {text} NOT NULL,
  created_at {instant} NOT NULL,
  version    {int} NOT NULL,
  PRIMARY KEY (school, id)
) {strict_by_key};
