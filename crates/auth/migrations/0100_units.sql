-- Bare units: what rights need to know of an organisation. Names and everything else stand in `registry`.
CREATE TABLE unit (
  id         {uuid} NOT NULL PRIMARY KEY,
  kind       {text} NOT NULL,
  version    {int} NOT NULL,
  valid_from {date} NOT NULL,
  valid_to   {date}
) {strict};
CREATE INDEX unit_kind ON unit (kind);

-- Who answers to whom, for one kind of matter and a stretch of days.
CREATE TABLE unit_edge (
  kind       {text} NOT NULL,
  unit       {uuid} NOT NULL REFERENCES unit (id),
  valid_from {date} NOT NULL,
  valid_to   {date},
  authority  {uuid} NOT NULL REFERENCES unit (id),
  PRIMARY KEY (kind, unit, valid_from)
) {strict_by_key};
CREATE INDEX unit_edge_authority ON unit_edge (kind, authority);
CREATE INDEX unit_edge_unit ON unit_edge (unit);
CREATE INDEX unit_edge_from ON unit_edge (kind, valid_from);
CREATE INDEX unit_edge_to ON unit_edge (kind, valid_to);

-- Every authority above a unit by the edges of one day, with the unit itself at depth 0. Made from `unit` and `unit_edge`,
-- which hold the foreign keys: checking them again for a million derived rows took most of the time of building it.
CREATE TABLE unit_closure (
  kind       {text} NOT NULL,
  descendant {uuid} NOT NULL,
  ancestor   {uuid} NOT NULL,
  depth      {int} NOT NULL,
  PRIMARY KEY (kind, descendant, ancestor)
) {strict_by_key};
CREATE INDEX unit_closure_ancestor ON unit_closure (kind, ancestor, depth);

-- The day the closure of a kind holds for. Its row is also what every change of edges takes first.
CREATE TABLE unit_closure_date (
  kind    {text} NOT NULL PRIMARY KEY,
  day     {date} NOT NULL,
  version {int} NOT NULL
) {strict};
INSERT INTO unit_closure_date (kind, day, version) VALUES
  ('place', '1900-01-01', 0), ('staff', '1900-01-01', 0), ('budget', '1900-01-01', 0),
  ('teaching', '1900-01-01', 0), ('custody', '1900-01-01', 0);
