import type { Export } from '$lib/api/types';
import { instant } from '$lib/format';
import { t } from '$lib/i18n/exports';

export const stateKinds = {
	waiting: 'warn',
	approved: 'ok',
	refused: 'danger',
	withdrawn: 'neutral',
	expired: 'neutral'
} as const;

/** Of which part of the school. */
export const scopeOf = (one: Export): string =>
	one.classes?.map(({ name }) => name).join(', ') ?? t.wholeSchool;

/** What is known of how it went on, shortest first. */
export function wentOn(one: Export): string {
	if (one.at_console) return t.atConsole;
	if (one.taken_at) return t.takenAt(instant(one.taken_at));
	if (one.state === 'refused') return t.refusedBy(one.decided_by ?? '');
	if (one.state === 'waiting' || one.state === 'approved') return t.until(instant(one.until));
	return '';
}

/** Whether what was chosen waits, as far as the client can know before it is sent. */
export function waiting(
	fields: { key: string; class: string }[],
	columns: string[],
	classes: string[],
	classesOnly: boolean
): 'closed' | 'many' | 'now' {
	if (fields.some((one) => one.class !== 'basic' && columns.includes(one.key))) return 'closed';
	return classesOnly && classes.length === 1 ? 'now' : 'many';
}

/** Under which heading a column is chosen: what is private, what is about relatives, the rest. */
export function groupOf(field: { key: string; class: string }): 'closed' | 'family' | 'basic' {
	if (field.class !== 'basic') return 'closed';
	return /^(father|mother|guardian)_/.test(field.key) ? 'family' : 'basic';
}
