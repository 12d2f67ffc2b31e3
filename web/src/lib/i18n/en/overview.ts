import type vi from '../vi/overview';

const en: typeof vi = {
	title: 'Overview',
	record: 'Record of the school',
	week: (week: number) => `Week ${week}`,
	semester: (semester: number): string => (semester === 1 ? 'First semester' : 'Second semester'),
	asOf: 'As of',
	ofYourClasses: 'Only the classes that you lead or teach.',
	pupils: 'Pupils',
	boys: 'Boys',
	girls: 'Girls',
	unknownSex: 'Not written',
	classes: 'Classes',
	staff: 'Staff',
	withAccount: (n: string) => `${n} with an account`,
	perClass: (n: string) => `${n} pupils a class on average`,
	boysGirls: (boys: string, girls: string) => `${boys} boys, ${girls} girls`,

	byGrade: 'How many pupils does each grade have?',
	byGradeAs: 'Shown as',
	chart: 'Chart',
	table: 'Table',
	grade: 'Grade',
	total: 'Whole school',
	withoutClass: 'In no class',
	barLabel: (grade: string, pupils: string, boys: string, girls: string) =>
		`${grade}: ${pupils} pupils, ${boys} boys, ${girls} girls`,
	noPupils: 'No pupils yet',
	noPupilsDetail: 'Bring your list from Excel: drop the file, look at it, then take it in.',
	noPupilsToSee: 'Once a class is assigned to you, its figures are shown here.',
	import: 'Import from Excel',

	waiting: 'Waiting for you',
	nothingWaits: 'Nothing is waiting.',
	waits: {
		imports: (n: string) => `${n} Excel imports looked at, not taken in`,
		no_pupils: () => 'The school has no pupils: import them from Excel',
		duplicates: (n: string) => `${n} pairs of records that may be one person`,
		without_class: (n: string) => `${n} pupils in no class`,
		no_homeroom: (n: string) => `${n} classes without a homeroom teacher`,
		no_timetable: () => 'There is no timetable',
		no_lessons: (n: string) => `${n} classes without lessons in the timetable`,
		year_not_open: (_: string, year: string) => `The school year ${year} is not open`,
		roll_over: (_: string, year: string) => `Time to step out of the school year ${year}`
	},

	missing: 'What is not written yet?',
	missingNone: 'Everything is written of every pupil.',
	missingOf: {
		birth: 'A whole birth date',
		sex: 'Sex',
		ethnic_group: 'Ethnic group',
		pupil_code: 'The sector’s pupil code',
		personal_number: 'Personal number'
	},
	missingShare: (n: string, all: string) => `${n} of ${all} pupils`,

	left: 'Left in the school year',
	leftNone: 'Nobody has left.',
	leftBy: { transferred: 'Transferred', left: 'Left school', finished: 'Finished' },

	staffGroups: 'Staff by group',
	staffNone: 'No staff are written.',
	noGroup: 'No group written',

	notYours: 'Your role sees no pupils',
	notYoursDetail: 'Its name, place, people and invitations are on the page of the unit.',
	openUnit: 'Open the page of the unit'
};
export default en;
