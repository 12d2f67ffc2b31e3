import { api } from '$lib/api';
import type { Role } from '$lib/api/types';

/** The roles this person may give, asked once for each dialog. */
export class Roles {
	list = $state.raw<Role[]>([]);
	failed = $state.raw<unknown>(null);

	async ask() {
		this.failed = null;
		try {
			const answer = await api.roles();
			this.list = Array.isArray(answer) ? answer : answer.items;
		} catch (cause) {
			this.failed = cause;
		}
	}

	describe(code: string): string | undefined {
		return this.list.find((role) => role.code === code)?.description || undefined;
	}
}
