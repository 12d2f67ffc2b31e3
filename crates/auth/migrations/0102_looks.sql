-- Who looked at whom. A set of people is stored once, named by the digest of its members.
CREATE TABLE look_set (
  id     {uuid} NOT NULL PRIMARY KEY,
  digest {bytes} NOT NULL UNIQUE,
  people {int} NOT NULL
) {strict};

CREATE TABLE look_set_person (
  look_set {uuid} NOT NULL REFERENCES look_set (id),
  person   {uuid} NOT NULL,
  PRIMARY KEY (look_set, person)
) {strict_by_key};
CREATE INDEX look_set_person_person ON look_set_person (person);

CREATE TABLE look (
  id         {uuid} NOT NULL PRIMARY KEY,
  look_set   {uuid} NOT NULL REFERENCES look_set (id),
  actor_kind {text} NOT NULL,
  actor      {text} NOT NULL,
  purpose    {text},
  view       {text} NOT NULL,
  request    {text} NOT NULL,
  at         {instant} NOT NULL
) {strict};
CREATE INDEX look_look_set ON look (look_set, at);
CREATE INDEX look_actor ON look (actor_kind, actor, at);
