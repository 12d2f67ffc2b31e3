import type { Counts, Import, ImportProblem } from '$lib/api/types';
import { count } from '$lib/format';
import { t } from '$lib/i18n/imports';
import type { Verdict } from './view';

export const countOf = (counts: Counts, verdict: Verdict): number =>
	verdict === 'new' ? counts.fresh : counts[verdict];

export const totalOf = (counts: Counts): number =>
	counts.fresh + counts.changed + counts.same + counts.doubtful + counts.refused;

/** What goes in and says something new. */
export const goesIn = (counts: Counts): number => counts.fresh + counts.changed;

export const tone = (verdict: string) =>
	(({ new: 'accent', changed: 'ok', same: 'neutral', doubtful: 'warn', refused: 'danger' }) as const)[
		verdict as Verdict
	] ?? 'neutral';

export const stateTone = (state: string) =>
	(({ ready: 'warn', applying: 'accent', done: 'ok', failed: 'danger' }) as const)[state as 'ready'] ??
	'neutral';

/** What came of an import, in a few words; what is none is not said. */
export function resultText(counts: Counts): string {
	const parts = (['fresh', 'changed', 'same', 'doubtful', 'refused'] as const)
		.filter((name) => counts[name] > 0)
		.map((name) => t.part[name](count(counts[name])));
	return parts.length ? t.inWords(parts) : t.nothingIn;
}

/** What many columns may have says in which it is. */
const anywhere = ['cell.mended', 'cell.not_in_list', 'cell.too_long', 'cell.formula'];

export function problemTitle({ what, code, label, first }: ImportProblem): string {
	const title = (what === 'staff' && t.staffProblems[code]) || t.problems[code];
	if (title) return label && anywhere.includes(code) ? t.inColumn(title, label) : title;
	return label ? t.unreadable(label) : first.detail;
}

/** Names in a sentence; of many, the first few and how many more. */
export function names(all: readonly string[], most = 12): string {
	const rest = all.length - most;
	return rest > 0 ? `${all.slice(0, most).join(', ')} và ${count(rest)} lớp nữa` : all.join(', ');
}

/** The rows that go in, list by list: a workbook may hold pupils and staff. */
function byList(of: Import): { noun: string; fresh: number; changed: number; same: number }[] {
	const lists = new Map<string, { noun: string; fresh: number; changed: number; same: number }>();
	for (const table of of.tables) {
		if (table.skipped || !table.what) continue;
		const noun = t.nouns[table.what] ?? t.nouns.pupils ?? '';
		const sum = lists.get(noun) ?? { noun, fresh: 0, changed: 0, same: 0 };
		sum.fresh += table.counts.fresh;
		sum.changed += table.counts.changed;
		sum.same += table.counts.same;
		lists.set(noun, sum);
	}
	return [...lists.values()];
}

/** What applying will do, sentence by sentence. */
export function willDo(of: Import): string[] {
	const { doubtful, refused } = of.counts;
	const lists = byList(of);
	const columns = (noun: string) =>
		of.changes
			.filter(({ what }) => (t.nouns[what] ?? '') === noun)
			.map(({ label, rows }) => t.columnCount(label, count(rows)))
			.join(', ');
	return [
		...lists.filter(({ fresh }) => fresh).map(({ noun, fresh }) => t.willAdd(count(fresh), noun)),
		...(of.new_classes.length ? [t.willMake(count(of.new_classes.length), names(of.new_classes))] : []),
		...lists
			.filter(({ changed }) => changed)
			.map(({ noun, changed }) => t.willChange(count(changed), noun, columns(noun))),
		...lists.filter(({ same }) => same).map(({ noun, same }) => t.willKeep(count(same), noun)),
		...(doubtful + refused ? [t.willLeave(count(doubtful + refused))] : [])
	];
}
