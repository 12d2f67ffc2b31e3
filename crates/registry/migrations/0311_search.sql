-- The words by which people are found. A row for every word of a name at every unit that holds somebody as a pupil or as
-- staff, now or formerly, and one more under the unit of no bytes (all zero), which stands for the whole country. The whole
-- folded name is part of the key, so that the other words of a question are answered without a look elsewhere.
CREATE TABLE person_word (
  unit   {uuid} NOT NULL,
  kind   {text} NOT NULL,
  word   {text} NOT NULL,
  folded {text} NOT NULL,
  person {uuid} NOT NULL,
  PRIMARY KEY (unit, kind, word, folded, person)
) {strict_by_key};

-- Under which names somebody stands there, so that the words are found again when a name changes.
CREATE TABLE person_indexed (
  person {uuid} NOT NULL REFERENCES person (id),
  unit   {uuid} NOT NULL,
  kind   {text} NOT NULL,
  folded {text} NOT NULL,
  PRIMARY KEY (person, unit, kind, folded)
) {strict_by_key};
