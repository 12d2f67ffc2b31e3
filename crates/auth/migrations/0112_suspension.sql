-- Who suspended an account, and by which role held where: only they, or somebody above, restore it. An account suspended
-- before this was kept is restored by whoever may suspend it.
CREATE TABLE account_suspension (
  account    {uuid} NOT NULL PRIMARY KEY REFERENCES account (id),
  actor_kind {text} NOT NULL,
  actor      {text} NOT NULL,
  role       {text},
  unit       {uuid} REFERENCES unit (id),
  at         {instant} NOT NULL
) {strict};
