import { expect, test } from 'vitest';
import { weeksOf } from './weeks';

const plan = {
	first_day: '2026-09-07',
	semester_two: '2027-01-11',
	last_day: '2027-05-23',
	holidays: [{ name: 'Tết', first_day: '2027-02-01', last_day: '2027-02-14' }]
};

test('weeks are counted over the year, and holidays are not', () => {
	const weeks = weeksOf(plan, '2026-11-27');
	expect(weeks[0]).toMatchObject({ from: '2026-09-07', number: 1, semester: 1, now: false });
	expect(weeks.filter((week) => week.semester === 1)).toHaveLength(18);
	expect(weeks.filter((week) => week.holiday).map((week) => week.from)).toEqual(['2027-02-01', '2027-02-08']);
	expect(weeks.at(-1)?.number).toBe(35);
	expect(weeks.find((week) => week.now)?.number).toBe(12);
});

test('a year that begins in the middle of a week begins with that week', () => {
	const [first] = weeksOf({ ...plan, first_day: '2026-09-09' }, '2026-09-09');
	expect(first).toMatchObject({ from: '2026-09-07', number: 1, now: true });
});

test('a week with one free day is a week of lessons', () => {
	const one = { name: 'Ngày Nhà giáo', first_day: '2026-11-16', last_day: '2026-11-16' };
	const weeks = weeksOf({ ...plan, holidays: [one] }, '2026-11-27');
	expect(weeks.find((week) => week.from === '2026-11-16')).toMatchObject({ number: 11, holiday: null });
});

test('a holiday of five days leaves the Saturday: the week counts', () => {
	const five = { name: 'Nghỉ bão', first_day: '2026-09-14', last_day: '2026-09-18' };
	const weeks = weeksOf({ ...plan, holidays: [five] }, '2026-11-27');
	expect(weeks.find((week) => week.from === '2026-09-14')).toMatchObject({ number: 2, holiday: null });
});
