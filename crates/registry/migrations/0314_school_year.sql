-- The school year of a unit: a school's own, or what its Sở or commune has set for those below it.
CREATE TABLE school_year (
  unit         {uuid} NOT NULL REFERENCES unit (id),
  year         {int} NOT NULL,
  first_day    {date} NOT NULL,
  semester_two {date} NOT NULL,
  last_day     {date} NOT NULL,
  weeks_one    {int} NOT NULL,
  weeks_two    {int} NOT NULL,
  hours        {text} NOT NULL,
  basis        {text},
  version      {int} NOT NULL,
  PRIMARY KEY (unit, year)
) {strict_by_key};

-- Days of it without lessons, the last one included.
CREATE TABLE school_holiday (
  unit      {uuid} NOT NULL,
  year      {int} NOT NULL,
  first_day {date} NOT NULL,
  last_day  {date} NOT NULL,
  name      {text} NOT NULL,
  PRIMARY KEY (unit, year, first_day),
  FOREIGN KEY (unit, year) REFERENCES school_year (unit, year)
) {strict_by_key};

-- Which subjects a class has: periods a year, and a week in each semester.
CREATE TABLE class_subject (
  school   {uuid} NOT NULL,
  class    {uuid} NOT NULL,
  subject  {text} NOT NULL,
  part     {text} NOT NULL CHECK (part IN ('compulsory', 'chosen', 'special', 'elective')),
  periods  {int} NOT NULL,
  week_one {int} NOT NULL,
  week_two {int} NOT NULL,
  PRIMARY KEY (school, class, subject),
  FOREIGN KEY (school, class) REFERENCES class (school, id)
) {strict_by_key};

-- A weekly timetable of a whole school, from a day until the next one's.
CREATE TABLE timetable (
  school     {uuid} NOT NULL REFERENCES unit (id),
  id         {uuid} NOT NULL,
  year       {int} NOT NULL,
  valid_from {date} NOT NULL,
  basis      {text},
  version    {int} NOT NULL,
  PRIMARY KEY (school, id)
) {strict_by_key};
CREATE UNIQUE INDEX timetable_day ON timetable (school, valid_from);

-- One lesson of it. `day` is 2 for Monday (thứ hai) to 7 for Saturday, 8 is Sunday.
CREATE TABLE timetable_slot (
  school     {uuid} NOT NULL,
  timetable  {uuid} NOT NULL,
  class      {uuid} NOT NULL,
  day        {int} NOT NULL CHECK (day BETWEEN 2 AND 8),
  half_day    {text} NOT NULL CHECK (half_day IN ('morning', 'afternoon')),
  period     {int} NOT NULL,
  subject    {text} NOT NULL,
  employment {uuid},
  room       {text},
  PRIMARY KEY (school, timetable, class, day, half_day, period),
  FOREIGN KEY (school, timetable) REFERENCES timetable (school, id),
  FOREIGN KEY (school, class) REFERENCES class (school, id),
  FOREIGN KEY (school, employment) REFERENCES employment (school, id)
) {strict_by_key};
CREATE INDEX timetable_slot_class ON timetable_slot (school, class);
CREATE INDEX timetable_slot_employment ON timetable_slot (school, employment);
