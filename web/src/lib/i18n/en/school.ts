import type vi from '../vi/school';

const en: typeof vi = {
	rooms: 'The rooms of the school',
	overview: 'Overview',
	places: {
		lop: 'Classes',
		'hoc-sinh': 'Pupils',
		'thoi-khoa-bieu': 'Timetable',
		'can-bo': 'Staff',
		'nhap-du-lieu': 'Import',
		'xuat-du-lieu': 'Exports',
		'trung-lap': 'Duplicates',
		'nam-hoc': 'School year'
	},
	otherSchool: 'Another school',

	chooseTitle: 'Choose a school',
	chooseDetail: (room: string) => `${room}: of which school?`,
	search: 'Find a school',
	searchHint: 'Name or code, marks may be left out',
	school: 'School',
	place: 'Within',
	code: 'Code',
	none: 'No such school',
	noneDetail: 'Try fewer letters. Only the schools within your role are found here.'
};
export default en;
