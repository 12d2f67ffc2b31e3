// What the address of one import says: which rows are shown, and which act is open.
import { addressText } from '$lib/ui/address';

export const verdicts = ['new', 'changed', 'same', 'doubtful', 'refused'] as const;
export type Verdict = (typeof verdicts)[number];

export interface ImportView {
	verdict: Verdict | '';
	/** Only rows with this problem, in this column. */
	code: string;
	key: string;
	q: string;
}

export function readView(params: URLSearchParams): ImportView {
	const verdict = params.get('ket-qua') ?? '';
	return {
		verdict: verdicts.find((one) => one === verdict) ?? '',
		code: params.get('loi') ?? '',
		key: params.get('cot') ?? '',
		q: params.get('q') ?? ''
	};
}

export function writeView(view: ImportView): string {
	const params = new URLSearchParams();
	if (view.verdict) params.set('ket-qua', view.verdict);
	if (view.code) params.set('loi', view.code);
	if (view.key) params.set('cot', view.key);
	if (view.q) params.set('q', view.q);
	return addressText(params);
}

/** Where somebody begins who has just brought a file: at what is to be mended, else at everything. */
export const firstView = (counts: { refused: number; doubtful: number }): ImportView => ({
	verdict: counts.refused > 0 ? 'refused' : counts.doubtful > 0 ? 'doubtful' : '',
	code: '',
	key: '',
	q: ''
});
