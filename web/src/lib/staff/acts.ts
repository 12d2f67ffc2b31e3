import type { Staff } from '$lib/api/types';

/** What can be done with somebody who works at a school: the word in the address, when, and by which right. */
const acts = {
	'sua-thong-tin': ['always', 'staff.edit'],
	'sua-bao-ve': ['always', 'staff.edit'],
	'vi-tri': ['here', 'staff.edit'],
	'ket-thuc': ['here', 'staff.edit'],
	'tro-lai': ['gone', 'staff.edit'],
	'sua-cong-tac': ['always', 'staff.edit'],
	'gan-tai-khoan': ['here', 'school.manage']
} as const;

export type Act = keyof typeof acts;
export const isAct = (word: string | null): word is Act => word !== null && word in acts;

/** The stretch of work that the page is about. */
export const workOf = (staff: Staff) => staff.work.find((one) => one.id === staff.id) ?? staff.work[0];

/** Whether somebody works there on a day. */
export function isHere(staff: Staff, on: string): boolean {
	const work = workOf(staff);
	return !!work && work.valid_from <= on && (!work.valid_to || work.valid_to > on);
}

export function may(staff: Staff, act: Act): boolean {
	const [when, right] = acts[act];
	if (!staff.may.includes(right)) return false;
	if (act === 'sua-bao-ve' && !staff.may.includes('staff.view_private')) return false;
	// Whose accounts nobody may see, nobody links.
	if (act === 'gan-tai-khoan' && (!staff.may.includes('account.view') || staff.has_account)) return false;
	const gone = !!workOf(staff)?.valid_to;
	return when === 'always' || (when === 'gone') === gone;
}
