import type vi from '../vi/timetable';

const timetable: typeof vi = {
	title: 'Timetable',
	asOf: 'As of',
	from: (day) => `in force from ${day}`,
	of: 'Of',
	class: 'Class',
	teacher: 'Teacher',
	choose: 'Choose',
	day: (n) =>
		['', '', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'][n] ?? String(n),
	morning: 'Morning',
	afternoon: 'Afternoon',
	period: (n) => `Period ${n}`,
	periodLabel: 'Period',
	label: (whose) => `Timetable: ${whose}`,
	sum: (n) => `${n} periods a week`,
	none: 'No timetable for this day yet',
	noneDetail:
		'Whoever manages the school enters its timetable; each class and teacher then finds theirs here.',
	noLessons: 'No lessons',
	edit: 'Edit timetable',
	room: 'Room',
	school: 'Whole school',
	noRooms: 'No lesson names a room yet',
	noRoomsDetail: 'A room is named in the editor for lessons that are not in the class’s own room.',
	takeFile: 'Export to Excel',
	print: 'Print'
};

export default timetable;
