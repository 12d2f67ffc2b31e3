-- Whoever can sign in.
CREATE TABLE account (
  id                   {uuid} NOT NULL PRIMARY KEY,
  version              {int} NOT NULL,
  login                {text} NOT NULL UNIQUE,
  display_name         {text} NOT NULL,
  state                {text} NOT NULL CHECK (state IN ('active', 'suspended')),
  must_change_password {bool} NOT NULL,
  created_at           {instant} NOT NULL
) {strict};

-- Password digests (argon2id, as a PHC string).
CREATE TABLE credential (
  account    {uuid} NOT NULL PRIMARY KEY REFERENCES account (id),
  password   {text} NOT NULL,
  changed_at {instant} NOT NULL
) {strict};

-- One sign-in on one device. The token itself is never stored.
CREATE TABLE session (
  id         {uuid} NOT NULL PRIMARY KEY,
  account    {uuid} NOT NULL REFERENCES account (id),
  token      {bytes} NOT NULL UNIQUE,
  created_at {instant} NOT NULL,
  seen_at    {instant} NOT NULL,
  expires_at {instant} NOT NULL,
  address    {text} NOT NULL,
  device     {text} NOT NULL,
  ended_at   {instant}
) {strict};
CREATE INDEX session_account ON session (account, created_at);

-- Failed sign-ins. An account that does not exist is counted like one that does, so the name typed is kept as a keyed
-- digest: people type passwords where the name belongs.
CREATE TABLE sign_in_failure (
  id      {uuid} NOT NULL PRIMARY KEY,
  login   {bytes} NOT NULL,
  address {text} NOT NULL,
  device  {bytes},
  at      {instant} NOT NULL,
  -- The password is still being looked at.
  pending {bool} NOT NULL
) {strict};
CREATE INDEX sign_in_failure_login ON sign_in_failure (login, at);
CREATE INDEX sign_in_failure_address ON sign_in_failure (address, at);

-- Devices an account has signed in on: an attack from elsewhere does not slow these.
CREATE TABLE known_device (
  account {uuid} NOT NULL REFERENCES account (id),
  device  {bytes} NOT NULL,
  seen_at {instant} NOT NULL,
  PRIMARY KEY (account, device)
) {strict_by_key};

-- Roles given.
CREATE TABLE role_grant (
  id         {uuid} NOT NULL PRIMARY KEY,
  version    {int} NOT NULL,
  account    {uuid} NOT NULL REFERENCES account (id),
  role       {text} NOT NULL,
  unit       {uuid} NOT NULL REFERENCES unit (id),
  valid_from {date} NOT NULL,
  valid_to   {date},
  granted_by {text} NOT NULL,
  granted_at {instant} NOT NULL,
  ended_at   {instant}
) {strict};
CREATE INDEX role_grant_account ON role_grant (account);
CREATE INDEX role_grant_unit ON role_grant (unit);

-- Invitations: the code is kept as a keyed digest only.
CREATE TABLE invitation (
  id           {uuid} NOT NULL PRIMARY KEY,
  version      {int} NOT NULL,
  unit         {uuid} NOT NULL REFERENCES unit (id),
  role         {text} NOT NULL,
  display_name {text} NOT NULL,
  code         {bytes} NOT NULL UNIQUE,
  invited_by   {text} NOT NULL,
  created_at   {instant} NOT NULL,
  expires_at   {instant} NOT NULL,
  withdrawn_at {instant},
  accepted_at  {instant},
  account      {uuid} REFERENCES account (id)
) {strict};
CREATE INDEX invitation_unit ON invitation (unit, created_at);

-- Codes that opened nothing, by address.
CREATE TABLE invitation_failure (
  id      {uuid} NOT NULL PRIMARY KEY,
  address {text} NOT NULL,
  at      {instant} NOT NULL
) {strict};
CREATE INDEX invitation_failure_address ON invitation_failure (address, at);
