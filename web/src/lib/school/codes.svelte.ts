import { api } from '$lib/api';
import type { Spec } from '$lib/api/types';

/** The sector's lists of codes, as the server knows them: read once, and shown as soon as they are there. */
class Codes {
	readonly #kind: string;
	#lists = $state.raw<Spec['lists']>([]);
	#asked: Promise<unknown> | null = null;

	/** Of which kind of record: its lists come with its fields. */
	constructor(kind: string) {
		this.#kind = kind;
	}

	/** What a list holds; nothing until it is there. */
	values(list: string): { code: string; name: string }[] {
		this.#asked ??= api.sectorSpec(this.#kind).then(
			(spec) => {
				this.#lists = spec.lists;
			},
			() => {
				// Asked again when a name is next wanted.
				this.#asked = null;
			}
		);
		return this.#lists.find((one) => one.code === list)?.values ?? [];
	}

	/** The name of a code; the code itself until the lists are there or where they do not know it. */
	name(list: string, code: string | null | undefined): string {
		if (!code) return '';
		return this.values(list).find((value) => value.code === code)?.name ?? code;
	}
}

export const codes = new Codes('pupil');
export const staffCodes = new Codes('staff');
export const sexName = (code: string | null | undefined) => codes.name('DM_GIOI_TINH', code);
export const ethnicName = (code: string | null | undefined) => codes.name('DM_DAN_TOC', code);
export const statusName = (code: string | null | undefined) => codes.name('DM_TRANG_THAI_HOC_SINH', code);
