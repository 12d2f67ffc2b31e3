-- What a creating request made, for 30 days: the same key and request answers with the same record.
CREATE TABLE idempotency (
  actor  {uuid} NOT NULL,
  key    {text} NOT NULL,
  digest {bytes} NOT NULL,
  result {uuid},
  at     {instant} NOT NULL,
  PRIMARY KEY (actor, key)
) {strict_by_key};
