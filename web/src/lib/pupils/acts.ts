import type { Pupil } from '$lib/api/types';

/** What can be done with one pupil: the word in the address, and whether the pupil has to be at the school for it. */
export const acts = {
	'chuyen-lop': 'here',
	'len-lop': 'here',
	'luu-ban': 'here',
	'chuyen-di': 'here',
	'thoi-hoc': 'here',
	'hoan-thanh': 'here',
	'hoc-lai': 'gone',
	'sua-thong-tin': 'always',
	'sua-bao-ve': 'always',
	'sua-lan-hoc': 'always',
	'nguoi-than': 'always'
} as const;

export type Act = keyof typeof acts;
export const isAct = (word: string | null): word is Act => word !== null && word in acts;

/** The stay that the page is about; the newest where its own is not shown. */
export const stayOf = (pupil: Pupil) => pupil.stays.find((stay) => stay.id === pupil.id) ?? pupil.stays[0];

/** The class in which somebody sits on a day. */
export function classOn(pupil: Pupil, on: string) {
	return stayOf(pupil)?.classes.find((one) => one.valid_from <= on && (!one.valid_to || one.valid_to > on));
}

export function may(pupil: Pupil, act: Act): boolean {
	if (!pupil.may.includes('pupil.edit')) return false;
	if (act === 'sua-bao-ve' && !pupil.may.includes('pupil.view_protected')) return false;
	const gone = !!stayOf(pupil)?.left_by;
	return acts[act] === 'always' || (acts[act] === 'gone') === gone;
}

/** What can be done to several at once. */
export type ManyAct = 'move' | 'promote' | 'repeat' | 'out' | 'finish';
