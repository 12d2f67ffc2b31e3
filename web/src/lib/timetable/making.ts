// A timetable while somebody makes it: lessons put, taken and pasted, and what they add up to. Pure.
import type { TimetableGround, TimetableSlot } from '$lib/api/types';
import { fold } from '$lib/fold';

export type Half = 'morning' | 'afternoon';
export type Slot = TimetableSlot;
export type Class = TimetableGround['classes'][number];
export type Subject = Class['subjects'][number];
/** A cell of a class's week. */
export interface Place {
	class: string;
	day: number;
	half_day: Half;
	period: number;
}
/** What is to stand in a cell: usually one lesson or none. A file may have said two. */
export interface Change {
	at: Place;
	lessons: Slot[];
}

export const keyOf = (at: Place) => `${at.class} ${at.day} ${at.half_day} ${at.period}`;

/** The lessons by cell. */
export function byPlace(slots: readonly Slot[]): Map<string, Slot[]> {
	const all = new Map<string, Slot[]>();
	for (const slot of slots) {
		const key = keyOf(slot);
		const there = all.get(key);
		if (there) there.push(slot);
		else all.set(key, [slot]);
	}
	return all;
}

/** The lessons with some cells changed; the same list when nothing is. */
export function changed(slots: Slot[], changes: readonly Change[]): Slot[] {
	const there = byPlace(slots);
	const real = changes.filter(
		({ at, lessons }) => JSON.stringify(there.get(keyOf(at)) ?? []) !== JSON.stringify(lessons)
	);
	if (real.length === 0) return slots;
	const touched = new Set(real.map(({ at }) => keyOf(at)));
	return [...slots.filter((slot) => !touched.has(keyOf(slot))), ...real.flatMap(({ lessons }) => lessons)];
}

/** Whether two timetables have the same lessons, in whatever order. */
export function same(one: readonly Slot[], other: readonly Slot[]): boolean {
	const said = (slots: readonly Slot[]) =>
		slots
			.map((slot) => `${keyOf(slot)} ${slot.subject} ${slot.teacher ?? ''} ${slot.room ?? ''}`)
			.sort()
			.join('\n');
	return one.length === other.length && said(one) === said(other);
}

/** How many cells are other than they were. */
export function differences(before: readonly Slot[], now: readonly Slot[]): number {
	const [old, fresh] = [byPlace(before), byPlace(now)];
	let count = 0;
	for (const key of new Set([...old.keys(), ...fresh.keys()])) {
		if (!same(old.get(key) ?? [], fresh.get(key) ?? [])) count++;
	}
	return count;
}

/** Steps that can be taken back and done again. */
export class Steps<T> {
	#past: T[] = [];
	#future: T[] = [];
	constructor(public now: T) {}
	get canUndo() {
		return this.#past.length > 0;
	}
	get canRedo() {
		return this.#future.length > 0;
	}
	/** Whether it was a step: what changes nothing is none. */
	go(next: T): boolean {
		if (next === this.now) return false;
		this.#past.push(this.now);
		// A day's work is some hundreds of steps; each holds only references.
		if (this.#past.length > 500) this.#past.shift();
		this.#future = [];
		this.now = next;
		return true;
	}
	undo(): boolean {
		const last = this.#past.pop();
		if (last === undefined) return false;
		this.#future.push(this.now);
		this.now = last;
		return true;
	}
	redo(): boolean {
		const next = this.#future.pop();
		if (next === undefined) return false;
		this.#past.push(this.now);
		this.now = next;
		return true;
	}
}

const bare = (text: string) => fold(text).replace(/[^a-z0-9]/g, '');
const tones = /[\u0300\u0301\u0303\u0309\u0323]/g;
/** With its marks, wherever the tone mark stands: *hoà* is *hòa*. */
function marked(text: string): string {
	const all = text
		.toLowerCase()
		.normalize('NFD')
		.replace(/[^\p{L}\p{M}\p{N}]/gu, '');
	return all.replace(tones, '') + (all.match(tones) ?? []).sort().join('');
}

/** Whether a word is a subject's name, code or a usual way of writing it. A word with marks is compared with them. */
function isCalled(subject: Subject, word: string): boolean {
	const asked = bare(word);
	if (!asked) return false;
	const hasMarks = fold(word) !== word.toLowerCase().trim();
	return [subject.name, subject.subject, ...subject.also].some((name) =>
		hasMarks ? marked(name) === marked(word) : bare(name) === asked
	);
}

/** The subjects a class has that a word may mean while it is typed, the likeliest first. */
export function candidates(subjects: readonly Subject[], typed: string): Subject[] {
	const asked = bare(typed);
	if (!asked) return [...subjects];
	const rank = (one: Subject): number => {
		if (isCalled(one, typed)) return bare(one.name) === asked || bare(one.subject) === asked ? 0 : 1;
		if (bare(one.name).startsWith(asked)) return 2;
		if (one.also.some((word) => bare(word).startsWith(asked)) || bare(one.subject).startsWith(asked))
			return 3;
		const words = fold(one.name).split(/[^a-z0-9]+/);
		return words.some((word) => word.startsWith(asked)) ? 4 : 9;
	};
	return subjects
		.map((one) => ({ one, rank: rank(one) }))
		.filter(({ rank }) => rank < 9)
		.sort((a, b) => a.rank - b.rank)
		.map(({ one }) => one);
}

/** Who teaches a subject in a class by the assignments, when that is one person. */
export const assignedTo = (subject: Subject | undefined): string | null =>
	subject?.teachers.length === 1 ? (subject.teachers[0] ?? null) : null;

export function lesson(at: Place, subject: Subject): Slot {
	return { ...at, subject: subject.subject, teacher: assignedTo(subject) };
}

/** A block of cells as a spreadsheet puts it on the clipboard: tabs, lines, quotes around what has either. */
export function blockOf(text: string): string[][] {
	const rows: string[][] = [[]];
	let cell = '';
	let quoted = false;
	const end = () => rows.at(-1)?.push(cell.trim());
	const source = text.replace(/\r\n?/g, '\n').replace(/\n$/, '');
	for (let at = 0; at < source.length; at++) {
		const sign = source[at] as string;
		if (quoted) {
			if (sign === '"' && source[at + 1] === '"') {
				cell += '"';
				at++;
			} else if (sign === '"') quoted = false;
			else cell += sign;
		} else if (sign === '"' && cell === '') quoted = true;
		else if (sign === '\t' || sign === '\n') {
			end();
			cell = '';
			if (sign === '\n') rows.push([]);
		} else cell += sign;
	}
	end();
	return rows;
}

/** The same the other way. */
export const textOf = (rows: readonly (readonly string[])[]): string =>
	rows
		.map((row) =>
			row.map((cell) => (/["\n\t]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join('\t')
		)
		.join('\n');

export interface Meant {
	subject: Subject;
	/** Null: nobody is named, or nobody for sure. */
	teacher: string | null;
	room: string | null;
	/** A name that means nobody for sure. */
	unsure: string | null;
}

/** Who is meant by the end of a name, among those who work there; the assignments decide between several. */
function whoIs(ground: TimetableGround, subject: Subject, word: string): string | null {
	const asked = fold(word)
		.split(/[^a-z0-9]+/)
		.filter(Boolean);
	if (asked.length > 1 && ['thay', 'co', 'gv'].includes(asked[0] as string)) asked.shift();
	if (asked.length === 0) return null;
	const ends = (name: string) => fold(name).split(/\s+/).slice(-asked.length).join(' ') === asked.join(' ');
	const called = ground.teachers.filter((one) => ends(one.name));
	const both = called.filter((one) => subject.teachers.includes(one.id));
	if (both.length === 1) return both[0]?.id ?? null;
	return called.length === 1 ? (called[0]?.id ?? null) : null;
}

/** What a cell of a spreadsheet means for a class; null when its subject is none of the class's. */
export function meant(ground: TimetableGround, of: Class, text: string): Meant | null {
	const room = /\[([^\]]+)\]\s*$/.exec(text);
	const rest = (room ? text.slice(0, room.index) : text).trim();
	const ways: [string, string][] = [[rest, '']];
	for (const sign of ['\n', ' - ', ' – ', '(', '-', '–']) {
		const at = rest.indexOf(sign);
		if (at > 0) ways.push([rest.slice(0, at), rest.slice(at + sign.length).replace(/\)\s*$/, '')]);
	}
	for (const [word, name] of ways) {
		const called = of.subjects.filter((one) => isCalled(one, word));
		// The name itself before what others are called too.
		const subject = called.length > 1 ? called.find((one) => bare(one.name) === bare(word)) : called[0];
		if (!subject) continue;
		const who = name.trim();
		const found = who ? whoIs(ground, subject, who) : assignedTo(subject);
		return {
			subject,
			teacher: found,
			room: room?.[1]?.trim() ?? null,
			unsure: who && !found ? who : null
		};
	}
	return null;
}

/** A cell of what was pasted that could not be put as it stands. */
export interface Left {
	at: Place | null;
	text: string;
	/** Its place in the block, from 1. */
	row: number;
	column: number;
	why: 'subject' | 'teacher' | 'outside';
}

/** What a block changes when its first cell is put at a place; `rows` and `days` are those of the week. */
export function pasted(
	ground: TimetableGround,
	of: Class,
	week: { rows: readonly { half: Half; period: number }[]; days: readonly number[] },
	from: { row: number; column: number },
	block: readonly (readonly string[])[]
): { changes: Change[]; left: Left[] } {
	const changes: Change[] = [];
	const left: Left[] = [];
	block.forEach((cells, down) => {
		cells.forEach((text, across) => {
			const row = week.rows[from.row + down];
			const day = week.days[from.column + across];
			const place = { row: down + 1, column: across + 1 };
			if (!row || day === undefined) {
				if (text) left.push({ at: null, text, ...place, why: 'outside' });
				return;
			}
			const at: Place = { class: of.id, day, half_day: row.half, period: row.period };
			if (!text) {
				changes.push({ at, lessons: [] });
				return;
			}
			const found = meant(ground, of, text);
			if (!found) {
				left.push({ at, text, ...place, why: 'subject' });
				return;
			}
			if (found.unsure) left.push({ at, text, ...place, why: 'teacher' });
			const { subject, teacher, room } = found;
			changes.push({
				at,
				lessons: [{ ...at, subject: subject.subject, teacher, ...(room ? { room } : {}) }]
			});
		});
	});
	return { changes, left };
}

/** How many periods of each subject a class has, and how many it should. */
export function sums(of: Class, slots: readonly Slot[]): { subject: Subject; has: number }[] {
	const count = new Map<string, number>();
	for (const slot of slots) {
		if (slot.class === of.id) count.set(slot.subject, (count.get(slot.subject) ?? 0) + 1);
	}
	return of.subjects
		.map((subject) => ({ subject, has: count.get(subject.subject) ?? 0 }))
		.filter(({ subject, has }) => has > 0 || subject.weekly > 0);
}

/** The days and periods in which lessons can be put, and those in which some stand already. */
export function weekOf(ground: TimetableGround, of: Class, slots: readonly Slot[]) {
	const own = slots.filter((slot) => slot.class === of.id);
	const last = Math.max(ground.hours.last_day, ...own.map((slot) => slot.day));
	const days = Array.from({ length: last - 1 }, (_, at) => at + 2);
	const halves = ground.hours.grades?.[of.grade];
	const rows = (['morning', 'afternoon'] as const).flatMap((half) => {
		const used = Math.max(0, ...own.filter((slot) => slot.half_day === half).map((slot) => slot.period));
		const usual = halves && !halves.includes(half) ? 0 : ground.hours[half];
		return Array.from({ length: Math.max(used, usual) }, (_, at) => ({ half, period: at + 1 }));
	});
	return { days, rows };
}

/** What changes when a file's lessons take the place of those of the classes it has; the other classes stay. */
export function fromFile(slots: readonly Slot[], read: readonly Slot[]): Change[] {
	const classes = new Set(read.map((slot) => slot.class));
	const [old, fresh] = [byPlace(slots.filter((slot) => classes.has(slot.class))), byPlace(read)];
	return [...new Set([...old.keys(), ...fresh.keys()])].flatMap((key) => {
		const [was, is] = [old.get(key) ?? [], fresh.get(key) ?? []];
		const one = is[0] ?? was[0];
		if (!one || same(was, is)) return [];
		const { class: of, day, half_day, period } = one;
		return [{ at: { class: of, day, half_day, period }, lessons: is }];
	});
}
