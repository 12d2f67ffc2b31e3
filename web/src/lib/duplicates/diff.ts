// How two names or dates differ, letter by letter: what a steward must see at once.
import { fold } from '$lib/fold';

export type Mark = 'same' | 'tone' | 'moved' | 'other';
export interface Piece {
	text: string;
	mark: Mark;
}

/** Letters of both that stand in the same order: the longest such row. Short texts, so the plain way. */
function common(a: string[], b: string[]): [Set<number>, Set<number>] {
	const best = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
	for (let i = a.length - 1; i >= 0; i--) {
		for (let j = b.length - 1; j >= 0; j--) {
			const row = best[i] as number[];
			row[j] =
				a[i] === b[j]
					? (best[i + 1]?.[j + 1] ?? 0) + 1
					: Math.max(best[i + 1]?.[j] ?? 0, best[i]?.[j + 1] ?? 0);
		}
	}
	const [inA, inB] = [new Set<number>(), new Set<number>()];
	for (let i = 0, j = 0; i < a.length && j < b.length; ) {
		if (a[i] === b[j]) {
			inA.add(i++);
			inB.add(j++);
		} else if ((best[i + 1]?.[j] ?? 0) >= (best[i]?.[j + 1] ?? 0)) i++;
		else j++;
	}
	return [inA, inB];
}

function letters(text: string, stays: Set<number>): Piece[] {
	const pieces: Piece[] = [];
	Array.from(text).forEach((letter, at) => {
		const mark = stays.has(at) ? 'same' : 'other';
		const last = pieces.at(-1);
		if (last?.mark === mark) last.text += letter;
		else pieces.push({ text: letter, mark });
	});
	return pieces;
}

/** Two values beside each other: digits and letters that differ are marked in both. */
export function byLetters(one: string, other: string): [Piece[], Piece[]] {
	const [a, b] = common(Array.from(one), Array.from(other));
	return [letters(one, a), letters(other, b)];
}

/** Two names: words that differ only in their marks, words that stand elsewhere, and letters that differ. */
export function byWords(one: string, other: string): [Piece[], Piece[]] {
	const split = (text: string) => text.trim().split(/\s+/).filter(Boolean);
	const [a, b] = [split(one), split(other)];
	const plain = (word: string) => word.toLocaleLowerCase('vi');
	const [inA, inB] = common(a.map(plain), b.map(plain));
	const left: Piece[][] = a.map((text, at) => (inA.has(at) ? [{ text, mark: 'same' }] : []));
	const right: Piece[][] = b.map((text, at) => (inB.has(at) ? [{ text, mark: 'same' }] : []));
	// The same word elsewhere, then the same letters under other marks, then the word beside it.
	const pair = (alike: (x: string, y: string) => boolean, mark: Mark | null) => {
		a.forEach((x, i) => {
			if (left[i]?.length) return;
			const j = b.findIndex((y, at) => !right[at]?.length && alike(x, y));
			if (j < 0) return;
			if (mark) {
				left[i] = [{ text: x, mark }];
				right[j] = [{ text: b[j] ?? '', mark }];
			} else [left[i], right[j]] = byLetters(x, b[j] ?? '');
		});
	};
	pair((x, y) => plain(x) === plain(y), 'moved');
	pair((x, y) => fold(x) === fold(y), 'tone');
	if (a.length === b.length) pair(() => true, null);
	const join = (words: Piece[][], texts: string[]) =>
		words.flatMap((pieces, at): Piece[] => [
			...(at > 0 ? [{ text: ' ', mark: 'same' as const }] : []),
			...(pieces.length ? pieces : [{ text: texts[at] ?? '', mark: 'other' as const }])
		]);
	return [join(left, a), join(right, b)];
}

const against = new Set([
	'middle_other',
	'code_other',
	'family_other',
	'sex_other',
	'name_other',
	'birth_other',
	'number_other',
	'twins',
	'siblings',
	'given_slip',
	'given_marks'
]);
/** Whether a reason speaks for two people rather than for one. */
export const speaksAgainst = (code: string): boolean => against.has(code);
