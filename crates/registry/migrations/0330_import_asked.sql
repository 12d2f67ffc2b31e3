-- Who had a workbook read or judged anew, and when: it is done inside the request, and asks of the whole country who has a
-- number, so nobody does it without end.
CREATE TABLE import_asked (
  id      {uuid} NOT NULL PRIMARY KEY,
  account {uuid} NOT NULL REFERENCES account (id),
  what    {text} NOT NULL CHECK (what IN ('bring', 'change')),
  at      {instant} NOT NULL
) {strict};
CREATE INDEX import_asked_account ON import_asked (account, what, at);

-- What a list of imports says: which file it was, and whose.
ALTER TABLE import ADD COLUMN name {text} NOT NULL DEFAULT '';
ALTER TABLE import ADD COLUMN account {uuid};
