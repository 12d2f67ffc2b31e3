-- A second factor is demanded of this account and it has none yet: kept here because every decision asks for it.
ALTER TABLE account ADD COLUMN must_enrol {bool} NOT NULL DEFAULT FALSE;

-- When somebody last showed, in this session, that it is still them.
ALTER TABLE session ADD COLUMN confirmed_at {instant};

-- The shared secret of an authenticator app (TOTP), encrypted.
CREATE TABLE totp (
  account   {uuid} NOT NULL PRIMARY KEY REFERENCES account (id),
  secret    {bytes} NOT NULL,
  since     {instant} NOT NULL,
  -- The last time step whose code was used: no code is used twice.
  last_step {int} NOT NULL
) {strict};

-- A secret that no code has confirmed yet.
CREATE TABLE totp_pending (
  account    {uuid} NOT NULL PRIMARY KEY REFERENCES account (id),
  secret     {bytes} NOT NULL,
  expires_at {instant} NOT NULL
) {strict};

-- Passkeys. Each belongs to the host name it was made at.
CREATE TABLE passkey (
  id           {uuid} NOT NULL PRIMARY KEY,
  version      {int} NOT NULL,
  account      {uuid} NOT NULL REFERENCES account (id),
  name         {text} NOT NULL,
  host         {text} NOT NULL,
  -- The id by which a browser names it.
  credential   {bytes} NOT NULL UNIQUE,
  -- Public key, counter and flags, as JSON.
  state        {text} NOT NULL,
  created_at   {instant} NOT NULL,
  last_used_at {instant}
) {strict};
CREATE INDEX passkey_account ON passkey (account, created_at);

-- Recovery codes, each good once, as digests.
CREATE TABLE recovery_code (
  account {uuid} NOT NULL REFERENCES account (id),
  code    {bytes} NOT NULL,
  made_at {instant} NOT NULL,
  used_at {instant},
  PRIMARY KEY (account, code)
) {strict_by_key};

-- What stands between two requests of one sign-in, enrolment or confirmation: good once and for minutes. The ticket
-- itself is never stored.
CREATE TABLE ticket (
  digest     {bytes} NOT NULL PRIMARY KEY,
  purpose    {text} NOT NULL CHECK (purpose IN ('second_step', 'passkey_sign_in', 'passkey_confirmation', 'passkey_enrolment')),
  -- Whose it is; nobody's yet when a passkey shall say who signs in.
  account    {uuid} REFERENCES account (id),
  session    {uuid} REFERENCES session (id),
  -- The second step that a passkey answers.
  step       {bytes},
  -- The challenge, as JSON.
  state      {text},
  address    {text} NOT NULL,
  -- Wrong codes so far.
  wrong      {int} NOT NULL,
  expires_at {instant} NOT NULL
) {strict};
CREATE INDEX ticket_account ON ticket (account);
CREATE INDEX ticket_address ON ticket (address, expires_at);
