-- People, and what schools know of them. A person has no school: what a school owns is keyed (school, id) and keeps its
-- school for ever, and `person_unit` says which units hold something about whom.

-- One human being, whatever the roles. What is basic stands here; what is protected or sensitive in `person_secret` or in
-- an encrypted document of a school.
CREATE TABLE person (
  id            {uuid} NOT NULL PRIMARY KEY,
  full_name     {text} NOT NULL,
  family        {text} NOT NULL,
  middle        {text} NOT NULL,
  given         {text} NOT NULL,
  folded        {text} NOT NULL,
  sort_key      {bytes} NOT NULL,
  birth         {text},
  sex           {text},
  nationality   {text},
  ethnic_group  {text},
  pupil_code    {text},
  staff_code    {text},
  verified      {text} NOT NULL CHECK (verified IN ('no', 'yes', 'differs')),
  verified_by   {text},
  verified_on   {date},
  merged_into   {uuid} REFERENCES person (id),
  version       {int} NOT NULL
) {strict};
CREATE INDEX person_pupil_code ON person (pupil_code) WHERE pupil_code IS NOT NULL;
CREATE INDEX person_staff_code ON person (staff_code) WHERE staff_code IS NOT NULL;
CREATE INDEX person_folded ON person (folded, birth);
CREATE INDEX person_merged ON person (merged_into) WHERE merged_into IS NOT NULL;

-- What is found by exactly its value and shown to few: `personal_number`, `identity_number`, `phone`, `email`. The digest
-- is a keyed blind index, never unique: duplicates go to the steward. Several values of one sort are numbered.
CREATE TABLE person_secret (
  person {uuid} NOT NULL REFERENCES person (id),
  what   {text} NOT NULL,
  n      {int} NOT NULL,
  digest {bytes} NOT NULL,
  sealed {bytes} NOT NULL,
  PRIMARY KEY (person, what, n)
) {strict_by_key};
CREATE INDEX person_secret_digest ON person_secret (digest, what);

-- Which units hold something about a person, now or formerly: kept by the commands of enrolment, employment and kinship in
-- their own transaction.
CREATE TABLE person_unit (
  unit       {uuid} NOT NULL REFERENCES unit (id),
  person     {uuid} NOT NULL REFERENCES person (id),
  kind       {text} NOT NULL CHECK (kind IN ('pupil', 'staff', 'guardian')),
  valid_from {date} NOT NULL,
  valid_to   {date},
  PRIMARY KEY (unit, person, kind, valid_from)
) {strict_by_key};
CREATE INDEX person_unit_person ON person_unit (person, unit);

-- Whose father, mother or guardian somebody is, as this school was told.
CREATE TABLE kinship (
  school     {uuid} NOT NULL REFERENCES unit (id),
  child      {uuid} NOT NULL REFERENCES person (id),
  relation   {text} NOT NULL CHECK (relation IN ('father', 'mother', 'guardian')),
  relative   {uuid} NOT NULL REFERENCES person (id),
  occupation {text},
  version    {int} NOT NULL,
  PRIMARY KEY (school, child, relation)
) {strict_by_key};
CREATE INDEX kinship_relative ON kinship (relative);
CREATE INDEX kinship_child ON kinship (child);

-- A class of a school in one school year, named by the year it begins in.
CREATE TABLE class (
  school   {uuid} NOT NULL REFERENCES unit (id),
  id       {uuid} NOT NULL,
  year     {int} NOT NULL,
  code     {text} NOT NULL,
  name     {text} NOT NULL,
  sort_key {bytes} NOT NULL,
  grade    {text} NOT NULL,
  campus   {uuid} REFERENCES unit (id),
  position {int},
  version  {int} NOT NULL,
  PRIMARY KEY (school, id)
) {strict_by_key};
CREATE UNIQUE INDEX class_code ON class (school, year, code);

-- A pupil at a school, from the day of coming to the day after the last.
CREATE TABLE enrolment (
  school       {uuid} NOT NULL REFERENCES unit (id),
  id           {uuid} NOT NULL,
  person       {uuid} NOT NULL REFERENCES person (id),
  valid_from   {date} NOT NULL,
  valid_to     {date},
  came_by      {text} NOT NULL CHECK (came_by IN ('admitted', 'transferred', 'returned', 'imported')),
  left_by      {text} CHECK (left_by IN ('transferred', 'left', 'finished', 'mistake')),
  status       {text} NOT NULL,
  leave_reason {text},
  transfer     {uuid},
  beside       {bool} NOT NULL,
  version      {int} NOT NULL,
  PRIMARY KEY (school, id)
) {strict_by_key};
CREATE INDEX enrolment_person ON enrolment (person, school);
-- A pupil is at one school at a time, unless somebody recorded that this one is beside another (`beside`).
CREATE UNIQUE INDEX enrolment_open ON enrolment (person) WHERE valid_to IS NULL AND NOT beside;
CREATE INDEX enrolment_transfer ON enrolment (transfer) WHERE transfer IS NOT NULL;

-- In which class a pupil was, from when to when.
CREATE TABLE class_member (
  school     {uuid} NOT NULL,
  class      {uuid} NOT NULL,
  enrolment  {uuid} NOT NULL,
  valid_from {date} NOT NULL,
  valid_to   {date},
  position   {int},
  repeats    {bool} NOT NULL,
  PRIMARY KEY (school, class, enrolment, valid_from),
  FOREIGN KEY (school, class) REFERENCES class (school, id),
  FOREIGN KEY (school, enrolment) REFERENCES enrolment (school, id)
) {strict_by_key};
CREATE INDEX class_member_enrolment ON class_member (school, enrolment, valid_from);

-- Somebody who works at a school.
CREATE TABLE employment (
  school      {uuid} NOT NULL REFERENCES unit (id),
  id          {uuid} NOT NULL,
  person      {uuid} NOT NULL REFERENCES person (id),
  valid_from  {date} NOT NULL,
  valid_to    {date},
  status      {text} NOT NULL,
  staff_group {text},
  position    {text},
  contract    {text},
  account     {uuid} REFERENCES account (id),
  version     {int} NOT NULL,
  PRIMARY KEY (school, id)
) {strict_by_key};
CREATE INDEX employment_person ON employment (person, school);
CREATE INDEX employment_account ON employment (account) WHERE account IS NOT NULL;

-- Who leads a class, from when to when.
CREATE TABLE homeroom (
  school     {uuid} NOT NULL,
  class      {uuid} NOT NULL,
  valid_from {date} NOT NULL,
  valid_to   {date},
  employment {uuid} NOT NULL,
  PRIMARY KEY (school, class, valid_from),
  FOREIGN KEY (school, class) REFERENCES class (school, id),
  FOREIGN KEY (school, employment) REFERENCES employment (school, id)
) {strict_by_key};
CREATE INDEX homeroom_employment ON homeroom (school, employment);

-- Who teaches which subject in a class; semester 0 is the whole year. One of several is responsible.
CREATE TABLE teaching (
  school      {uuid} NOT NULL,
  id          {uuid} NOT NULL,
  class       {uuid} NOT NULL,
  subject     {text} NOT NULL,
  semester    {int} NOT NULL CHECK (semester IN (0, 1, 2)),
  employment  {uuid} NOT NULL,
  valid_from  {date} NOT NULL,
  valid_to    {date},
  responsible {bool} NOT NULL,
  periods     {int},
  version     {int} NOT NULL,
  PRIMARY KEY (school, id),
  FOREIGN KEY (school, class) REFERENCES class (school, id),
  FOREIGN KEY (school, employment) REFERENCES employment (school, id)
) {strict_by_key};
CREATE INDEX teaching_class ON teaching (school, class, subject);
CREATE INDEX teaching_employment ON teaching (school, employment);

-- The fields of the specification that Khuê does not reason with: one document per record, field group and stretch of days,
-- encrypted unless the group is basic. `record` is an enrolment, an employment, a class or the school itself, by the kind
-- of the group.
CREATE TABLE record_doc (
  school      {uuid} NOT NULL REFERENCES unit (id),
  record      {uuid} NOT NULL,
  field_group {text} NOT NULL,
  valid_from  {date} NOT NULL,
  valid_to    {date},
  plain       {text},
  sealed      {bytes},
  version     {int} NOT NULL,
  PRIMARY KEY (school, record, field_group, valid_from),
  CHECK ((plain IS NULL) <> (sealed IS NULL))
) {strict_by_key};

-- Parts of a record that recur (awards, trainings, languages …), each a document of its own.
CREATE TABLE record_part (
  school  {uuid} NOT NULL REFERENCES unit (id),
  record  {uuid} NOT NULL,
  kind    {text} NOT NULL,
  id      {uuid} NOT NULL,
  n       {int} NOT NULL,
  plain   {text},
  sealed  {bytes},
  version {int} NOT NULL,
  PRIMARY KEY (school, record, kind, id),
  CHECK ((plain IS NULL) <> (sealed IS NULL))
) {strict_by_key};
