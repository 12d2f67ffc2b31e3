import type vi from '../vi/today';

const en: typeof vi = {
	lessons: 'Lessons today',
	morning: 'Morning',
	afternoon: 'Afternoon',
	period: (period: number) => `Period ${period}`,
	noLessons: 'You have no lessons today.',
	holiday: (name: string) => `No lessons today: ${name}.`,
	noWeek: 'Today is in no week of lessons.',
	noTimetable: 'The school has no timetable for today.',
	timetable: 'Timetable',
	classes: 'Your classes',
	noClasses: 'No class is assigned to you yet.',
	leads: 'Homeroom',
	size: (n: number) => `${n} pupils`,
	openSchool: 'Overview of the school',
	failed: 'What is for today could not be read.',
	again: 'Read again'
};
export default en;
