import type { Waiting } from '$lib/api/types';
import { noClass } from '$lib/pupils/view';

/** Where what waits at a school is done: the rows that were counted, or the room where the next step is taken. */
const doors: Record<string, string> = {
	imports: 'nhap-du-lieu',
	no_pupils: 'nhap-du-lieu',
	duplicates: 'trung-lap',
	without_class: `hoc-sinh?lop=${noClass}`,
	no_homeroom: 'lop?thieu=chu-nhiem',
	no_timetable: 'thoi-khoa-bieu',
	no_lessons: 'thoi-khoa-bieu',
	year_not_open: 'nam-hoc',
	roll_over: 'nam-hoc'
};

/** What a newer server counts and this client has no words for is left out. */
export function waitingHref(school: string, { what }: Waiting): string | null {
	const door = doors[what];
	return door ? `/truong/${school}/${door}` : null;
}
