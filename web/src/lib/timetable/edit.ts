// A week of the whole school while it is being changed: what lies where, what was done and can be undone, what a word means.
import type { TeachingTable, Timetable } from '$lib/api/types';
import { fold } from '$lib/fold';

export type Half = 'morning' | 'afternoon';
/** When a class has a lesson. */
export interface Place {
	class: string;
	day: number;
	half: Half;
	period: number;
}
/** What lies there. */
export interface Cell {
	subject: string;
	teacher: string | null;
	room: string | null;
}
export interface Slot extends Cell {
	class: string;
	day: number;
	half_day: Half;
	period: number;
}
type Lessons = ReadonlyMap<string, Cell>;
interface Change {
	at: string;
	before: Cell | undefined;
	after: Cell | undefined;
}

export const keyOf = (at: Place) => `${at.class}|${at.day}|${at.half}|${at.period}`;
export function placeOf(key: string): Place {
	const [id = '', day, half, period] = key.split('|');
	return { class: id, day: Number(day), half: half as Half, period: Number(period) };
}

export function lessonsOf(table: Timetable | null): Map<string, Cell> {
	const all = new Map<string, Cell>();
	for (const one of table?.lessons ?? []) {
		const at = keyOf({ class: one.class, day: one.day, half: one.half_day, period: one.period });
		all.set(at, { subject: one.subject, teacher: one.teacher ?? null, room: one.room ?? null });
	}
	return all;
}

/** As the server takes them, in an order that does not depend on what was done first. */
export function slotsOf(lessons: Lessons): Slot[] {
	return [...lessons]
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([key, cell]) => {
			const { half, ...at } = placeOf(key);
			return { ...at, half_day: half, ...cell };
		});
}

const same = (a: Cell | undefined, b: Cell | undefined) =>
	a?.subject === b?.subject &&
	(a?.teacher ?? null) === (b?.teacher ?? null) &&
	(a?.room ?? null) === (b?.room ?? null);

/** Lessons with what was done to them. Every step can be undone and done again; nothing else changes them. */
export class Week {
	readonly lessons: Lessons;
	readonly #done: readonly Change[][];
	readonly #undone: readonly Change[][];

	constructor(lessons: Lessons, done: readonly Change[][] = [], undone: readonly Change[][] = []) {
		this.lessons = lessons;
		this.#done = done;
		this.#undone = undone;
	}

	get canUndo() {
		return this.#done.length > 0;
	}
	get canRedo() {
		return this.#undone.length > 0;
	}

	/** One step of several cells; `undefined` empties one. What changes nothing is no step. */
	set(cells: Iterable<readonly [string, Cell | undefined]>): Week {
		const changes = [...new Map(cells)]
			.map(([at, after]) => ({ at, before: this.lessons.get(at), after }))
			.filter(({ before, after }) => !same(before, after));
		if (changes.length === 0) return this;
		return new Week(applied(this.lessons, changes, 'after'), [...this.#done, changes], []);
	}

	/** The week before the last step, and the cells of that step. */
	undo(): [Week, string[]] {
		const last = this.#done.at(-1);
		if (!last) return [this, []];
		const week = new Week(applied(this.lessons, last, 'before'), this.#done.slice(0, -1), [
			...this.#undone,
			last
		]);
		return [week, last.map(({ at }) => at)];
	}

	redo(): [Week, string[]] {
		const next = this.#undone.at(-1);
		if (!next) return [this, []];
		const week = new Week(
			applied(this.lessons, next, 'after'),
			[...this.#done, next],
			this.#undone.slice(0, -1)
		);
		return [week, next.map(({ at }) => at)];
	}
}

function applied(lessons: Lessons, changes: readonly Change[], which: 'before' | 'after'): Lessons {
	const next = new Map(lessons);
	for (const change of changes) {
		const cell = change[which];
		if (cell) next.set(change.at, cell);
		else next.delete(change.at);
	}
	return next;
}

export type SchoolClass = TeachingTable['classes'][number];
export type Subject = SchoolClass['subjects'][number];

/** First letters of the words: GDCD, TNXH. */
const initials = (name: string) =>
	fold(name)
		.split(/[^a-z0-9]+/)
		.map((word) => word[0] ?? '')
		.join('');
const squeezed = (text: string) => fold(text).replace(/[^a-z0-9]+/g, '');

/** Whether this is its code, its name, or a way in which timetables write it. */
const isCalled = (one: Subject, typed: string) =>
	squeezed(one.name) === typed ||
	squeezed(one.subject) === typed ||
	one.also.some((word) => squeezed(word) === typed);

/**
 * The subjects of a class that a word may mean, the likeliest first: its code, its name or a way of writing it, first letters of its words,
 * what it begins with, what one of its words begins with. Without marks, as people type in a hurry.
 */
export function meant(subjects: readonly Subject[], word: string): Subject[] {
	const typed = squeezed(word);
	if (!typed) return [...subjects];
	const rank = (one: Subject) => {
		const name = squeezed(one.name);
		if (isCalled(one, typed)) return 0;
		if (initials(one.name) === typed) return 1;
		if (name.startsWith(typed)) return 2;
		if (initials(one.name).startsWith(typed)) return 3;
		const words = fold(one.name).split(/[^a-z0-9]+/);
		return words.some((part) => part.startsWith(typed)) ? 4 : 9;
	};
	return subjects
		.map((one) => ({ one, at: rank(one) }))
		.filter(({ at }) => at < 9)
		.sort((a, b) => a.at - b.at)
		.map(({ one }) => one);
}

/** The one subject that a pasted word means; nothing where it may mean two. */
export function exactly(subjects: readonly Subject[], word: string): Subject | undefined {
	const all = meant(subjects, word);
	const typed = squeezed(word);
	const whole = all.filter((one) => isCalled(one, typed));
	if (whole.length > 0)
		return whole.length === 1 ? whole[0] : whole.find((one) => squeezed(one.name) === typed);
	const short = all.filter((one) => initials(one.name) === typed);
	if (short.length > 0) return short.length === 1 ? short[0] : undefined;
	return all.length === 1 ? all[0] : undefined;
}

/** Who teaches a subject in a class in a semester: whoever is responsible, or the only one. */
export function teacherOf(
	table: TeachingTable,
	place: string,
	subject: string,
	semester: 1 | 2
): string | null {
	const those = table.items.filter(
		(one) =>
			one.class === place && one.subject === subject && (one.semester === 0 || one.semester === semester)
	);
	return (those.find((one) => one.responsible) ?? those[0])?.staff ?? null;
}

/** A block of cells as spreadsheets copy it. */
export const blockOf = (text: string): string[][] =>
	text
		.replace(/\r\n?/g, '\n')
		.replace(/\n$/, '')
		.split('\n')
		.map((line) => line.split('\t').map((cell) => cell.trim().replace(/^"([\s\S]*)"$/, '$1')));

export interface Pasted {
	cells: [string, Cell | undefined][];
	/** What no subject was found for, and what lies beyond the edge: where, and what was written. */
	left: { at: Place | null; text: string }[];
}

/**
 * What a block means from a place on. `at(row, column)` is the place of a cell of the grid; a cell is a subject, and after
 * a dash or a line break a teacher, as many timetables write. One value for a whole selection fills all of it.
 */
export function paste(
	block: string[][],
	at: (row: number, column: number) => Place | null,
	table: TeachingTable,
	semester: 1 | 2
): Pasted {
	const pasted: Pasted = { cells: [], left: [] };
	const classes = new Map(table.classes.map((one) => [one.id, one]));
	block.forEach((line, row) => {
		line.forEach((text, column) => {
			const place = at(row, column);
			if (!place) {
				if (text) pasted.left.push({ at: null, text });
				return;
			}
			if (!text) {
				pasted.cells.push([keyOf(place), undefined]);
				return;
			}
			const cell = read(text, classes.get(place.class), table, semester);
			if (cell) pasted.cells.push([keyOf(place), cell]);
			else pasted.left.push({ at: place, text });
		});
	});
	return pasted;
}

function read(
	text: string,
	one: SchoolClass | undefined,
	table: TeachingTable,
	semester: 1 | 2
): Cell | undefined {
	if (!one) return;
	const [what = '', who = ''] = text.split(/\s+[-–]\s+|\n/);
	const subject = exactly(one.subjects, what) ?? exactly(one.subjects, text);
	if (!subject) return;
	const assigned = teacherOf(table, one.id, subject.subject, semester);
	// A name beside the subject counts where it is one person's.
	const named = who.trim()
		? table.staff.filter((person) => ` ${fold(person.full_name)}`.endsWith(` ${fold(who)}`))
		: [];
	const teacher =
		named.some((person) => person.id === assigned) || named.length !== 1
			? assigned
			: (named[0]?.id ?? assigned);
	return { subject: subject.subject, teacher, room: null };
}

/** Periods that a class has of each subject, beside what it should have. */
export function sums(
	lessons: Lessons,
	one: SchoolClass,
	semester: 1 | 2
): { subject: Subject; has: number; must: number }[] {
	const has = new Map<string, number>();
	for (const [key, cell] of lessons) {
		if (key.startsWith(`${one.id}|`)) has.set(cell.subject, (has.get(cell.subject) ?? 0) + 1);
	}
	return one.subjects.map((subject) => ({
		subject,
		has: has.get(subject.subject) ?? 0,
		must: semester === 1 ? subject.week_one : subject.week_two
	}));
}
