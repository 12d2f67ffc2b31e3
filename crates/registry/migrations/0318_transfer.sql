-- Where a pupil who was transferred was said to go: a school that Khuê knows, or the name of one outside.
ALTER TABLE enrolment ADD COLUMN to_school {uuid} REFERENCES unit (id);
ALTER TABLE enrolment ADD COLUMN to_name {text};
