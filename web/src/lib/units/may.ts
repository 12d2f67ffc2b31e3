import type { Unit } from '$lib/api/types';

/** The acts of the unit screen: their word in the address and the capability each one needs. */
export const acts = {
	moi: 'account.invite',
	them: 'unit.create',
	'doi-ten': 'unit.edit',
	chuyen: 'unit.edit',
	dong: 'unit.edit',
	giao: 'grant.manage'
} as const;

export type Act = keyof typeof acts;

export const isAct = (word: string | null): word is Act => word !== null && word in acts;
export const may = (unit: Unit, act: Act): boolean => unit.may.includes(acts[act]);
