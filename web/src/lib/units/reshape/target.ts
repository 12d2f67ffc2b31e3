import type { Target } from '$lib/api/types';
import { t as c } from '$lib/i18n/common';
import { t } from '$lib/i18n/reshape';
import { t as u } from '$lib/i18n/unit';
import type { Option } from '$lib/ui/pick/Combobox.svelte';

/** A receiver as it is typed: one that stands, or one to be made. Plain data, so that the browser can keep it. */
export interface TargetDraft {
	how: 'standing' | 'new';
	standing: Option | null;
	name: string;
	code: string;
	levels: string[];
	parent: Option | null;
	authority: Option | null;
}

export const newTarget = (how: TargetDraft['how']): TargetDraft => ({
	how,
	standing: null,
	name: '',
	code: '',
	levels: [],
	parent: null,
	authority: null
});

export function targetBody(draft: TargetDraft, kind: string): Target {
	if (draft.how === 'standing') return { id: draft.standing?.value ?? '' };
	return {
		kind,
		name: draft.name.trim(),
		code: draft.code.trim() || undefined,
		parent: draft.parent?.value ?? '',
		authority: kind === 'school' ? draft.authority?.value : undefined,
		level: kind === 'school' ? draft.levels : undefined
	};
}

/** What is missing, by the names the server gives the fields. */
export function targetChecks(
	draft: TargetDraft,
	kind: string,
	prefix: string
): Record<string, string | undefined> {
	if (draft.how === 'standing') {
		return { [`${prefix}.id`]: draft.standing ? undefined : c.required(t.intoWhich) };
	}
	return {
		[`${prefix}.name`]: draft.name.trim() ? undefined : c.required(u.createName),
		[`${prefix}.level`]: kind !== 'school' || draft.levels.length > 0 ? undefined : u.levelsNone,
		[`${prefix}.parent`]: draft.parent
			? undefined
			: c.required(kind === 'school' ? t.placeSchool : t.placeCampus)
	};
}

/** The fields of a receiver that have a place on the form. */
export const targetFields = (prefix: string): string[] =>
	['id', 'name', 'code', 'level', 'parent', 'authority'].map((name) => `${prefix}.${name}`);
