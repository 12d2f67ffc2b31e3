-- The installation itself, the journal and its chain.
CREATE TABLE installation (
  one        {int} NOT NULL PRIMARY KEY CHECK (one = 1),
  node       {uuid} NOT NULL,
  epoch      {int} NOT NULL,
  key_id     {int} NOT NULL,
  key_check  {bytes} NOT NULL,
  demo       {bool} NOT NULL,
  created_at {instant} NOT NULL
) {strict};

CREATE TABLE journal_entry (
  row        {row},
--{ sqlite
  tx         INTEGER NOT NULL DEFAULT 0,
--}
--{ postgres
  tx         xid8 NOT NULL DEFAULT pg_current_xact_id(),
--}
  ordinal    {int} NOT NULL,
  format     {int} NOT NULL,
  id         {uuid} NOT NULL,
  kind       {text} NOT NULL,
  noun       {text} NOT NULL,
  subject    {uuid},
  unit       {uuid},
  version    {int},
  actor_kind {text} NOT NULL,
  actor      {text} NOT NULL,
  request    {text} NOT NULL,
  purpose    {text},
  at         {instant} NOT NULL,
  digest     {bytes} NOT NULL
) {strict};

--{ postgres
CREATE INDEX journal_entry_tx ON journal_entry (tx);
--}
CREATE INDEX journal_entry_subject ON journal_entry (subject);

-- The payload can be lawfully erased: the chain hashes its salted digest only.
CREATE TABLE journal_payload (
  row  {int} NOT NULL PRIMARY KEY REFERENCES journal_entry (row),
  salt {bytes} NOT NULL,
  body {bytes} NOT NULL
) {strict};

-- The numbers. An entry is never updated: its number stands here.
CREATE TABLE journal_seal (
  epoch {int} NOT NULL,
  seq   {int} NOT NULL,
  row   {int} NOT NULL UNIQUE REFERENCES journal_entry (row),
  hash  {bytes} NOT NULL,
  PRIMARY KEY (epoch, seq)
) {strict_by_key};

-- Epochs: the first entry of each names the head that was the last before it, and why.
CREATE TABLE journal_epoch (
  epoch         {int} NOT NULL PRIMARY KEY,
  node          {uuid} NOT NULL,
  reason        {text} NOT NULL,
  previous_node {uuid},
  previous_epoch {int},
  previous_seq  {int},
  previous_hash {bytes},
  started_at    {instant} NOT NULL
) {strict};

-- How far the sealer has looked (PostgreSQL: everything below this transaction id is numbered).
CREATE TABLE journal_sealer (
  one       {int} NOT NULL PRIMARY KEY CHECK (one = 1),
  watermark {text} NOT NULL
) {strict};
INSERT INTO journal_sealer (one, watermark) VALUES (1, '0');

-- How far each reader has come.
CREATE TABLE journal_cursor (
  reader {text} NOT NULL PRIMARY KEY,
  epoch  {int} NOT NULL,
  seq    {int} NOT NULL
) {strict};
