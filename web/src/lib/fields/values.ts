// What a field holds, as people read and write it. Between programs a date is `2014-03-26`, a fraction has a point, and
// yes is `1`.
import type { FieldAbout, Spec } from '$lib/api/types';
import { day, parseDay } from '$lib/format';
import { t } from '$lib/i18n/fields';
import { birthText, parseBirth } from '$lib/people';

export type Lists = Spec['lists'];

export const listOf = (lists: Lists, field: FieldAbout) => lists.find((one) => one.code === field.list);

/** What a field holds, in words. */
export function shown(field: FieldAbout, value: string | null | undefined, lists: Lists): string {
	if (value === null || value === undefined || value === '') return '';
	switch (field.type) {
		case 'bool':
			return value === '1' ? t.yes : t.no;
		case 'date':
			return day(value) || value;
		case 'day':
			return birthText(value);
		case 'dec':
			return value.replace('.', ',');
		case 'code':
			return listOf(lists, field)?.values.find((one) => one.code === value)?.name ?? value;
		default:
			return value;
	}
}

/** The same, as it stands in the box where it is changed. */
export const typed = (field: FieldAbout, value: string | null | undefined): string =>
	field.type === 'code' || field.type === 'bool' || field.type === 'date'
		? (value ?? '')
		: shown(field, value, []);

/** What was typed, as programs write it: `null` takes a value away. Undefined when it is nothing of the kind. */
export function read(field: FieldAbout, text: string): string | null | undefined {
	const plain = text.trim();
	if (plain === '') return null;
	switch (field.type) {
		case 'int':
			return /^-?\d+$/.test(plain.replaceAll('.', '')) ? plain.replaceAll('.', '') : undefined;
		case 'dec':
			return /^-?\d+([.,]\d+)?$/.test(plain) ? plain.replace(',', '.') : undefined;
		case 'date':
			return /^\d{4}-\d{2}-\d{2}$/.test(plain) ? plain : (parseDay(plain) ?? undefined);
		case 'day':
			return parseBirth(plain) ?? undefined;
		default:
			return plain;
	}
}

/** Whether a field is changed here: not what is computed, or changed by an act of its own, or names another record. */
export const isTyped = (field: FieldAbout): boolean =>
	!field.computed_by && !field.changed_by && field.type !== 'ref';
