-- Who asked whether a person is at another school, and when: so that nobody asks through the whole country.
CREATE TABLE elsewhere_asked (
  id      {uuid} NOT NULL PRIMARY KEY,
  account {uuid} NOT NULL REFERENCES account (id),
  at      {instant} NOT NULL
) {strict};
CREATE INDEX elsewhere_asked_account ON elsewhere_asked (account, at);
