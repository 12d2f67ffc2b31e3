-- Settings that somebody has changed; what stands nowhere here has the default its room declares. The nil id stands for
-- the whole installation.
CREATE TABLE setting (
  key        {text} NOT NULL,
  unit       {uuid} NOT NULL,
  version    {int} NOT NULL,
  value      {text},
  -- A secret is encrypted, and is never shown again.
  secret     {bytes},
  changed_at {instant} NOT NULL,
  PRIMARY KEY (key, unit)
) {strict_by_key};
CREATE INDEX setting_unit ON setting (unit);

-- Files. Their bytes lie in the file store, encrypted with a key of their own, which stands here encrypted in its turn.
CREATE TABLE file (
  id         {uuid} NOT NULL PRIMARY KEY,
  unit       {uuid} NOT NULL,
  purpose    {text} NOT NULL,
  name       {text} NOT NULL,
  media_type {text} NOT NULL,
  size       {int} NOT NULL,
  -- Of the content, keyed with the file's own key.
  digest     {bytes} NOT NULL,
  -- Where it lies in the store: a keyed digest, so that it tells nothing.
  address    {text} NOT NULL UNIQUE,
  -- Gone when the file is erased: what may be left of its bytes cannot be read any more.
  sealed_key {bytes},
  ends_at    {instant},
  created_by {text} NOT NULL,
  created_at {instant} NOT NULL,
  erased_at  {instant}
) {strict};
CREATE INDEX file_unit ON file (unit, created_at);
CREATE INDEX file_ends ON file (ends_at);
