import { api } from '$lib/api';
import type { Role } from '$lib/api/types';

/** The roles this person may give, asked once for each dialog. */
export class Roles {
	list = $state.raw<Role[]>([]);
	failed = $state.raw<unknown>(null);

	async ask(unit: string) {
		this.failed = null;
		try {
			this.list = (await api.roles(unit)).items;
		} catch (cause) {
			this.failed = cause;
		}
	}

	describe(code: string): string | undefined {
		return this.list.find((role) => role.code === code)?.description || undefined;
	}
}
